package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Arguments that could crash the JVM or corrupt memory are typed errors, and leave no entry behind. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadArgumentsTest {
    private static final Fd FILE = Fd.borrow(0);
    private static final MemorySegment HEAP = MemorySegment.ofArray(new byte[16]);
    private static final MemorySegment MEMORY = Arena.ofAuto().allocate(256);
    private static final MemorySegment READ_ONLY = MEMORY.asReadOnly();
    private static final MemorySegment PATH = Arena.ofAuto().allocateFrom("/");
    private static final long TWO_GIB = 1L << 31;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aBadArgumentIsRefusedAndNothingIsQueued(
            String what, Consumer<Sqe> operation, Class<? extends Exception> type, String message) throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            ring.sq().next().nop().userData(1).link();
            assertThatThrownBy(() -> operation.accept(ring.sq().next()))
                    .isInstanceOf(type)
                    .hasMessageContaining(message);
            assertThat(ring.sq().ready()).isEqualTo(1);
            ring.sq().next().nop().userData(2);
            assertThat(Completion.userData(ring, 2)).containsExactly(1, 2);
            assertThat(ring.cq().next()).as("no stray completion").isFalse();
        }
    }

    static Stream<Arguments> aBadArgumentIsRefusedAndNothingIsQueued() {
        Class<? extends Exception> argument = IllegalArgumentException.class;
        Class<? extends Exception> bounds = IndexOutOfBoundsException.class;
        Class<? extends Exception> state = IllegalStateException.class;
        String heap = "a heap segment has no address that stays";
        String readOnly = "the segment is read-only";
        String dead = "arena is closed";
        String long_ = "Linux moves at most";
        return Stream.of(
                refused("read into heap", s -> s.read(FILE, HEAP, 0), argument, heap),
                refused("read into part of heap", s -> s.read(FILE, HEAP, 0, 1, 0), argument, heap),
                refused("write of heap", s -> s.write(FILE, HEAP, 0), argument, heap),
                refused("write of part of heap", s -> s.write(FILE, HEAP, 0, 1, 0), argument, heap),
                refused("readFixed into heap", s -> s.readFixed(FILE, HEAP, 0, 0), argument, heap),
                refused("writeFixed of heap", s -> s.writeFixed(FILE, HEAP, 0, 0), argument, heap),
                refused("statx into heap", s -> s.statx(Fd.CWD, PATH, 0, 0, heapOf(256)), argument, heap),
                refused("statx of a path on the heap", s -> s.statx(Fd.CWD, HEAP, 0, 0, MEMORY), argument, heap),
                refused("openat of a path on the heap", s -> s.openat(Fd.CWD, HEAP, 0, 0), argument, heap),
                refused("read into read-only", s -> s.read(FILE, READ_ONLY, 0), argument, readOnly),
                refused("read into part of read-only", s -> s.read(FILE, READ_ONLY, 0, 1, 0), argument, readOnly),
                refused("readFixed into read-only", s -> s.readFixed(FILE, READ_ONLY, 0, 0), argument, readOnly),
                refused("statx into read-only", s -> s.statx(Fd.CWD, PATH, 0, 0, READ_ONLY), argument, readOnly),
                refused("read into freed memory", s -> s.read(FILE, freed(16), 0), state, dead),
                refused("write of freed memory", s -> s.write(FILE, freed(16), 0), state, dead),
                refused("readFixed into freed memory", s -> s.readFixed(FILE, freed(16), 0, 0), state, dead),
                refused("readv with a freed array", s -> s.readv(FILE, freedArray(), 1, 0), state, dead),
                refused("writev with a freed array", s -> s.writev(FILE, freedArray(), 1, 0), state, dead),
                refused("openat of a freed path", s -> s.openat(Fd.CWD, freed(16), 0, 0), state, dead),
                refused("statx into freed memory", s -> s.statx(Fd.CWD, PATH, 0, 0, freed(256)), state, dead),
                refused("read of 2 GiB", s -> s.read(FILE, sized(TWO_GIB), 0), argument, long_),
                refused("write of 2^63-1 bytes", s -> s.write(FILE, sized(Long.MAX_VALUE), 0), argument, long_),
                refused("read of 2^63-1 bytes", s -> s.read(FILE, sized(Long.MAX_VALUE), 0), argument, long_),
                refused("readFixed of 2 GiB", s -> s.readFixed(FILE, sized(TWO_GIB), 0, 0), argument, long_),
                refused("read of a negative length", s -> s.read(FILE, MEMORY, 0, -1, 0), bounds, "-1"),
                refused("read before the segment", s -> s.read(FILE, MEMORY, -1, 1, 0), bounds, "-1"),
                refused("read beyond the segment", s -> s.read(FILE, MEMORY, 255, 2, 0), bounds, "256"),
                refused("write beyond a slice", s -> s.write(FILE, MEMORY.asSlice(0, 8), 0, 9, 0), bounds, "8"),
                refused("write at 2^63-1", s -> s.write(FILE, MEMORY, Long.MAX_VALUE, 1, 0), bounds, "256"),
                refused("more pieces than the array has", s -> s.readv(FILE, array(2), 3, 0), bounds, "2"),
                refused("a negative number of pieces", s -> s.writev(FILE, array(2), -1, 0), bounds, "-1"),
                refused("a registered buffer below 0", s -> s.readFixed(FILE, MEMORY, 0, -1), bounds, "-1"),
                refused(
                        "a registered buffer beyond 16 bits",
                        s -> s.writeFixed(FILE, MEMORY, 0, 65536),
                        bounds,
                        "65536"),
                refused("a path without an end", s -> s.openat(Fd.CWD, endless(), 0, 0), argument, "ends in NUL"),
                refused("an empty path segment", s -> s.openat(Fd.CWD, sized(0), 0, 0), argument, "ends in NUL"),
                refused(
                        "a small struct statx",
                        s -> s.statx(Fd.CWD, PATH, 0, 0, MEMORY.asSlice(0, 255)),
                        argument,
                        "takes 256 bytes, the segment has 255"),
                refused("a negative timeout", s -> s.timeout(-1, 0, 0), argument, "0 nanoseconds or more, not -1"),
                refused("a negative count", s -> s.timeout(1, -1, 0), argument, "0 or more, not -1"),
                refused("a negative link timeout", s -> s.linkTimeout(-1, 0), argument, "0 nanoseconds or more"),
                refused("a closed descriptor", s -> s.read(closed(), MEMORY, 0), state, "descriptor is closed"),
                refused("close of a closed descriptor", s -> s.close(closed()), state, "descriptor is closed"),
                refused("cancel by a closed descriptor", s -> s.cancel(closed(), 0), state, "descriptor is closed"),
                refused("null memory", s -> s.read(FILE, null, 0), NullPointerException.class, ""),
                refused("a null descriptor", s -> s.read(null, MEMORY, 0), NullPointerException.class, ""));
    }

    @Test
    void anOptionOutOfRangeLeavesTheEntryAsItWas() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            Sqe sqe = ring.sq().next().nop().userData(1);
            assertThatThrownBy(() -> sqe.personality(65536)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> sqe.personality(-1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> sqe.ioPriority(65536)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 0));
        }
    }

    @Test
    void aDescriptorIsStillOursWhenClosingItIsRefused() throws IOException {
        try (Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(4)) {
            Sqe sqe = ring.sq().next().nop();
            assertThatThrownBy(() -> sqe.close(pipe.reader())).isInstanceOf(IllegalStateException.class);
            assertThat(pipe.reader().isOpen()).isTrue();
            ring.submit();
        }
    }

    @Test
    void aSecondOperationDoesNotChangeTheTimeOfTheFirst() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            Sqe sqe = ring.sq().next().timeout(1_000_000, 0, 0);
            assertThatThrownBy(() -> sqe.timeout(3_600_000_000_000L, 0, 0)).isInstanceOf(IllegalStateException.class);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ETIME));
        }
    }

    @Test
    void theKernelRefusesMemoryThatIsNotMapped() throws IOException {
        try (Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(4)) {
            pipe.writer().write(MEMORY);
            ring.sq().next().read(pipe.reader(), MemorySegment.ofAddress(64).reinterpret(16), -1);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.EFAULT));
        }
    }

    @Test
    void aDirectDescriptorWithoutATableIsTheKernelsError() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            ring.sq().next().read(DirectDescriptor.of(0), MEMORY, 0);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.EBADF));
        }
    }

    @Test
    void badMemoryIsNotRegistered() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            Registration registration = ring.register();
            assertThatThrownBy(() -> registration.buffers(HEAP)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> registration.buffers(READ_ONLY)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> registration.buffers(freed(16))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() ->
                            registration.buffers(MemorySegment.ofAddress(64).reinterpret(16)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("EFAULT");
            registration.buffers(MEMORY);
        }
    }

    private static Arguments refused(
            String what, Consumer<Sqe> operation, Class<? extends Exception> type, String message) {
        return arguments(what, operation, type, message);
    }

    private static MemorySegment heapOf(int size) {
        return MemorySegment.ofArray(new byte[size]);
    }

    private static MemorySegment freed(long size) {
        try (Arena arena = Arena.ofConfined()) {
            return arena.allocate(size);
        }
    }

    private static IovecArray freedArray() {
        try (Arena arena = Arena.ofConfined()) {
            return IovecArray.allocate(arena, 1);
        }
    }

    private static IovecArray array(int capacity) {
        return IovecArray.allocate(Arena.ofAuto(), capacity);
    }

    private static MemorySegment sized(long size) {
        return MemorySegment.ofAddress(MEMORY.address()).reinterpret(size);
    }

    private static MemorySegment endless() {
        MemorySegment text = Arena.ofAuto().allocate(4);
        text.fill((byte) 'x');
        return text;
    }

    private static Fd closed() {
        try {
            Fd fd = Fd.open(Path.of("/dev/null"), LibC.O_RDONLY(), 0);
            fd.close();
            return fd;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
