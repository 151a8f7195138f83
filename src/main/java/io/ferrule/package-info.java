/**
 * The safe layer: what programs are written with. A {@link io.ferrule.Loop} does the I/O of everything opened through it; a {@link
 * io.ferrule.Request} describes what is to be done and is waited for with a callback, a future, or by a plain blocking call; a {@link
 * io.ferrule.Buffer} is memory that the kernel may use while a request is in flight, and nobody frees before.
 *
 * <p>No misuse of this package crashes the JVM or corrupts memory.
 */
@NullMarked
package io.ferrule;

import org.jspecify.annotations.NullMarked;
