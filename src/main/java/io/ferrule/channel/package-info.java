/**
 * What Java already has, on top of a {@link io.ferrule.Loop}: streams, channels and reactive streams, for code that knows nothing of Ferrule. All of
 * them follow the rules of the JDK's own: a closed one fails with a {@link java.nio.channels.ClosedChannelException}, and blocking calls park a virtual
 * thread without pinning its carrier.
 *
 * <p>They copy between the caller's memory and a buffer of their own, unless the caller's is a direct {@link java.nio.ByteBuffer}. Who can use {@link
 * io.ferrule.Buffer} saves that.
 */
@NullMarked
package io.ferrule.channel;

import org.jspecify.annotations.NullMarked;
