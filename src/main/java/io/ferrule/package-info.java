/**
 * The safe layer: what programs are written with. No misuse of it crashes the JVM or corrupts memory.
 *
 * <p>A {@link io.ferrule.Loop} is a thread that does I/O. Through it are opened a {@link io.ferrule.File}, a {@link io.ferrule.Connection}, a {@link
 * io.ferrule.Listener}, {@link io.ferrule.Datagrams} and the like: each a {@link io.ferrule.Handle}, which owns its descriptor. What they can do is a
 * {@link io.ferrule.Request}, which says what is to be done; how one waits for it begins it. A {@link io.ferrule.Transfer} moves bytes and yields their number, a
 * {@link io.ferrule.Task} yields a value, a {@link io.ferrule.Subscription} has begun already and tells of one thing after another.
 *
 * {@snippet :
 * try (Loop loop = Loop.start();
 *         File file = loop.openFile(Path.of("/etc/hostname")).await();
 *         Buffer buffer = Buffer.allocate(4096)) {
 *     int bytes = file.read(buffer, 0).await(); // or .future(), or on the loop's thread .start(callback)
 *     System.out.print(buffer.getString(0, bytes, StandardCharsets.UTF_8));
 * }
 * }
 *
 * <p>A {@link io.ferrule.Buffer} is native memory that the kernel uses while a request is in flight, and nobody else does. Connections that mostly wait
 * share {@link io.ferrule.BufferLeases}.
 *
 * <p>Which I/O model does the work is a matter of the driver: {@link io.ferrule.LoopOptions#driver} or {@code -Dferrule.driver} names one, {@link
 * io.ferrule.Loop#description} tells which it is and why.
 */
@NullMarked
package io.ferrule;

import org.jspecify.annotations.NullMarked;
