/**
 * {@code echo}: a server that sends back what it gets, in each style of the safe layer, and a client that measures it.
 *
 * <p>Read {@link io.ferrule.examples.echo.VirtualEcho} first, then {@link io.ferrule.examples.echo.FutureEcho}, then {@link
 * io.ferrule.examples.echo.CallbackEcho}: they do the same.
 */
@NullMarked
package io.ferrule.examples.echo;

import org.jspecify.annotations.NullMarked;
