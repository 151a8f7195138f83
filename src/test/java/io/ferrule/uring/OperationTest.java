package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;

/** A ring, memory and descriptors for tests that look at what an operation does. All of it is closed after the test, the ring first. */
abstract class OperationTest {
    final Arena arena = Arena.ofConfined();
    final IoUring ring;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    OperationTest() {
        this(RingOptions.defaults());
    }

    /** With another ring than the usual one. */
    OperationTest(RingOptions options) {
        ring = openRing(options);
    }

    @AfterEach
    void closeAll() throws Exception {
        ring.close();
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
        arena.close();
    }

    static IoUring openRing(RingOptions options) {
        try {
            return IoUring.open(64, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has something closed after the test. */
    <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    /** The descriptor that an operation or a system call returned; closed after the test. */
    Fd descriptor(int result) {
        assertThat(result).as("descriptor or error").isNotNegative();
        return keep(Fd.own(result));
    }

    /** The kernel has this operation, or the test is skipped. Flags that cannot be asked for are asked for by an operation of the same release. */
    void needs(Opcode opcode) throws IOException {
        Kernel.needs(ring, opcode);
    }

    void needs(Feature feature) {
        Kernel.needs(ring, feature);
    }

    /** The next entry. */
    Sqe sq() {
        return ring.sq().next();
    }

    /** Submits what is filled, waits for the next completion, and returns its result; the rest of it is in {@code ring.cq()}. */
    int result() throws IOException {
        return result(ring);
    }

    static int result(IoUring ring) throws IOException {
        ring.submit();
        return Completion.result(ring);
    }

    /** Submits what is filled; there must be no completion. */
    void expectNothing() throws IOException {
        ring.submit();
        assertThat(ring.cq().peek()).as("a completion").isFalse();
    }

    /** The results of these requests, which may come in any order, put into the order of their user data: 1, 2, 3 and so on. */
    int[] results(int count) throws IOException {
        int[] results = new int[count];
        for (int i = 0; i < count; i++) {
            int res = result();
            results[Math.toIntExact(ring.cq().userData()) - 1] = res;
        }
        return results;
    }

    /** An error as it stands in a completion. */
    static int error(Errno errno) {
        return Completion.error(errno);
    }

    /** A text's bytes. */
    MemorySegment bytes(String text) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes as a text. */
    static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** The first bytes as a text. */
    static String text(MemorySegment bytes, int length) {
        return text(bytes.asSlice(0, length));
    }

    /** A path as the kernel takes it. */
    MemorySegment path(Object path) {
        return arena.allocateFrom(path.toString());
    }
}
