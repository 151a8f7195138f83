package io.ferrule.benchmarks.startup;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.uring.IoUring;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** {@code RingStart FILE}: reads a block of a file through the bare ring. */
final class RingStart {
    private RingStart() {}

    public static void main(String[] arguments) throws Exception {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(Start.ENTRIES);
                Fd file = Fd.open(Path.of(arguments[0]), LibC.O_RDONLY(), 0)) {
            MemorySegment buffer = arena.allocate(Start.BLOCK);
            ring.sq().next().read(file, buffer, 0);
            ring.submitAndWait(1);
            ring.cq().next();
            Start.done(ring.cq().res());
        }
    }
}
