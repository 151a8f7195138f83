package io.ferrule;

/** What bytes can be moved from, by a {@link Relay}. */
public sealed interface Source permits File, PipeReader, Connection {}
