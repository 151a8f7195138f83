package io.ferrule;

/** What bytes can be moved to, by a {@link Relay}. */
public sealed interface Sink permits File, PipeWriter, Connection {}
