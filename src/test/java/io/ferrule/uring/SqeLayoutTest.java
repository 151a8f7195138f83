package io.ferrule.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.sys.Descriptor;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each operation writes the same 64 bytes as liburing's own function for it, whatever the slot held before. Arguments are random; run again with
 * {@code -Dtest.argLine=-Dferrule.test.seed=N} to see a failure again.
 */
class SqeLayoutTest {
    private static final int CASES = 2_000;
    private static final int SLOTS = 8;
    private static final int FIXED_FILE = 1;
    private static final long SEED = Long.getLong("ferrule.test.seed", new Random().nextLong());

    private final RandomGenerator random = new Random(SEED);
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment timespecs = arena.allocate(RingLayout.TIMESPEC_SIZE * SLOTS, 8);
    private final MemorySegment expected = arena.allocate(RingLayout.SQE_SIZE, 8);
    private final MemorySegment path = arena.allocateFrom("/some/where");
    private final IovecArray pieces = IovecArray.allocate(arena, IovecArray.MAX_PIECES);
    private MemorySegment entries = MemorySegment.NULL;
    private int slot;
    private IoUring ring;

    @BeforeAll
    static void load() {
        NativeLibrary.load();
    }

    @BeforeEach
    void allocate() throws IOException {
        entries = arena.allocate(RingLayout.SQE_SIZE * SLOTS, 8);
        ring = IoUring.open(2); // only to have an owner
    }

    @AfterEach
    void closeRing() {
        ring.close();
    }

    private Sqe over(MemorySegment memory, long stride) {
        Sqe sqe = new Sqe(ring);
        long none = 0;
        sqe.bind(new RingMemory(
                none,
                none,
                none,
                memory.address(),
                SLOTS,
                stride,
                none,
                none,
                none,
                none,
                0,
                0,
                false,
                timespecs.address()));
        return sqe;
    }

    /** An operation with random arguments, written by Ferrule and by liburing. */
    private enum Operation {
        NOP {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                sqe.nop();
                LibUring.io_uring_prep_nop(c);
            }
        },
        READ {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                MemorySegment buffer = t.buffer();
                long offset = t.random.nextLong();
                sqe.read(fd, buffer, offset);
                LibUring.io_uring_prep_read(c, fd.number(), buffer, (int) buffer.byteSize(), offset);
                t.options(fd, c);
            }
        },
        READ_PART {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                MemorySegment buffer = t.buffer();
                long from = t.random.nextLong(buffer.byteSize());
                int length = (int) t.random.nextLong(buffer.byteSize() - from + 1);
                long offset = t.random.nextLong();
                sqe.read(fd, buffer, from, length, offset);
                LibUring.io_uring_prep_read(c, fd.number(), buffer.asSlice(from), length, offset);
                t.options(fd, c);
            }
        },
        WRITE {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                MemorySegment buffer = t.buffer().asReadOnly();
                long offset = t.random.nextLong();
                sqe.write(fd, buffer, offset);
                LibUring.io_uring_prep_write(c, fd.number(), buffer, (int) buffer.byteSize(), offset);
                t.options(fd, c);
            }
        },
        WRITE_PART {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                MemorySegment buffer = t.buffer();
                long from = t.random.nextLong(buffer.byteSize());
                int length = (int) t.random.nextLong(buffer.byteSize() - from + 1);
                long offset = t.random.nextLong();
                sqe.write(fd, buffer, from, length, offset);
                LibUring.io_uring_prep_write(c, fd.number(), buffer.asSlice(from), length, offset);
                t.options(fd, c);
            }
        },
        READV {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                int count = t.random.nextInt(IovecArray.MAX_PIECES + 1);
                long offset = t.random.nextLong();
                sqe.readv(fd, t.pieces, count, offset);
                LibUring.io_uring_prep_readv(c, fd.number(), t.pieces.segment(), count, offset);
                t.options(fd, c);
            }
        },
        WRITEV {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                int count = t.random.nextInt(IovecArray.MAX_PIECES + 1);
                long offset = t.random.nextLong();
                sqe.writev(fd, t.pieces, count, offset);
                LibUring.io_uring_prep_writev(c, fd.number(), t.pieces.segment(), count, offset);
                t.options(fd, c);
            }
        },
        READ_FIXED {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                MemorySegment buffer = t.buffer();
                long offset = t.random.nextLong();
                int index = t.random.nextInt(1 << 16);
                sqe.readFixed(fd, buffer, offset, index);
                LibUring.io_uring_prep_read_fixed(c, fd.number(), buffer, (int) buffer.byteSize(), offset, index);
                t.options(fd, c);
            }
        },
        WRITE_FIXED {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                MemorySegment buffer = t.buffer();
                long offset = t.random.nextLong();
                int index = t.random.nextInt(1 << 16);
                sqe.writeFixed(fd, buffer, offset, index);
                LibUring.io_uring_prep_write_fixed(c, fd.number(), buffer, (int) buffer.byteSize(), offset, index);
                t.options(fd, c);
            }
        },
        FSYNC {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                int flags = t.random.nextInt();
                sqe.fsync(fd, flags);
                LibUring.io_uring_prep_fsync(c, fd.number(), flags);
                t.options(fd, c);
            }
        },
        OPENAT {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Fd directory = t.directory();
                int flags = t.random.nextInt();
                int mode = t.random.nextInt();
                sqe.openat(directory, t.path, flags, mode);
                LibUring.io_uring_prep_openat(c, directory.number(), t.path, flags, mode);
            }
        },
        CLOSE {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                int number = t.random.nextInt(Integer.MAX_VALUE);
                sqe.close(Fd.borrow(number));
                LibUring.io_uring_prep_close(c, number);
            }
        },
        STATX {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Fd directory = t.directory();
                int flags = t.random.nextInt();
                int mask = t.random.nextInt();
                MemorySegment status =
                        MemorySegment.ofAddress(t.random.nextLong()).reinterpret(256);
                sqe.statx(directory, t.path, flags, mask, status);
                LibUring.io_uring_prep_statx(c, directory.number(), t.path, flags, mask, status);
            }
        },
        POLL_ADD {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                int events = t.random.nextInt();
                sqe.pollAdd(fd, events);
                LibUring.io_uring_prep_poll_add(c, fd.number(), events);
                t.options(fd, c);
            }
        },
        POLL_REMOVE {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                long target = t.random.nextLong();
                sqe.pollRemove(target);
                LibUring.io_uring_prep_poll_remove(c, target);
            }
        },
        TIMEOUT {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                long nanos = t.random.nextLong(Long.MAX_VALUE);
                int count = t.random.nextInt(Integer.MAX_VALUE);
                int flags = t.random.nextInt();
                sqe.timeout(nanos, count, flags);
                LibUring.io_uring_prep_timeout(c, t.timespec(nanos), count, flags);
            }
        },
        TIMEOUT_REMOVE {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                long target = t.random.nextLong();
                sqe.timeoutRemove(target);
                LibUring.io_uring_prep_timeout_remove(c, target, 0);
            }
        },
        LINK_TIMEOUT {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                long nanos = t.random.nextLong(Long.MAX_VALUE);
                int flags = t.random.nextInt();
                sqe.linkTimeout(nanos, flags);
                LibUring.io_uring_prep_link_timeout(c, t.timespec(nanos), flags);
            }
        },
        CANCEL {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                long target = t.random.nextLong();
                int flags = t.random.nextInt();
                sqe.cancel(target, flags);
                LibUring.io_uring_prep_cancel64(c, target, flags);
            }
        },
        CANCEL_FD {
            @Override
            void write(SqeLayoutTest t, Sqe sqe, MemorySegment c) {
                Descriptor fd = t.descriptor();
                int flags = t.random.nextInt();
                sqe.cancel(fd, flags);
                int direct = fd.isDirect() ? LibUring.IORING_ASYNC_CANCEL_FD_FIXED() : 0;
                LibUring.io_uring_prep_cancel_fd(c, fd.number(), flags | direct);
            }
        };

        abstract void write(SqeLayoutTest t, Sqe sqe, MemorySegment c);
    }

    @ParameterizedTest
    @EnumSource
    void eachOperationWritesWhatLiburingWrites(Operation operation) {
        Sqe sqe = over(entries, RingLayout.SQE_SIZE);
        for (int i = 0; i < CASES; i++) {
            slot = random.nextInt(SLOTS);
            dirty(entries);
            expected.fill((byte) 0);
            operation.write(this, sqe.moveTo(slot), expected);
            assertThat(hex(entries.asSlice(slot * RingLayout.SQE_SIZE, RingLayout.SQE_SIZE)))
                    .as("case %d of seed %d", i, SEED)
                    .isEqualTo(hex(expected));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOtherHalfOfALongEntryIsCleared(Operation operation) {
        long stride = 2 * RingLayout.SQE_SIZE;
        MemorySegment longEntries = arena.allocate(stride * SLOTS, 8);
        Sqe sqe = over(longEntries, stride);
        slot = 3;
        dirty(longEntries);
        operation.write(this, sqe.moveTo(slot), expected);
        assertThat(hex(longEntries.asSlice(slot * stride, stride)))
                .isEqualTo(hex(expected) + "00".repeat((int) RingLayout.SQE_SIZE));
        assertThat(longEntries.get(JAVA_BYTE, (slot + 1) * stride))
                .as("the next entry")
                .isNotZero();
    }

    @Test
    void theOptionsWriteWhatLiburingWrites() {
        Sqe sqe = over(entries, RingLayout.SQE_SIZE);
        for (int i = 0; i < CASES; i++) {
            dirty(entries);
            expected.fill((byte) 0);
            long userData = random.nextLong();
            int flags = random.nextInt(1 << 5) << 1;
            sqe.moveTo(0).nop().userData(userData);
            LibUring.io_uring_prep_nop(expected);
            LibUring.io_uring_sqe_set_data64(expected, userData);
            int set = set(sqe, flags);
            LibUring.io_uring_sqe_set_flags(expected, set);
            assertThat(hex(entries.asSlice(0, RingLayout.SQE_SIZE)))
                    .as("flags %x, seed %d", set, SEED)
                    .isEqualTo(hex(expected));
        }
    }

    @Test
    void theTimeOfATimeoutIsKeptBesideItsSlot() {
        Sqe sqe = over(entries, RingLayout.SQE_SIZE);
        sqe.moveTo(5).timeout(3_000_000_007L, 0, 0);
        long at = 5 * RingLayout.TIMESPEC_SIZE;
        assertThat(timespecs.get(JAVA_LONG, at)).as("seconds").isEqualTo(3);
        assertThat(timespecs.get(JAVA_LONG, at + 8)).as("nanoseconds").isEqualTo(7);
    }

    private static int set(Sqe sqe, int flags) {
        int set = 0;
        if ((flags & Sqe.IOSQE_IO_DRAIN) != 0) {
            sqe.drain();
            set |= LibUring.IOSQE_IO_DRAIN();
        }
        if ((flags & Sqe.IOSQE_IO_LINK) != 0) {
            sqe.link();
            set |= LibUring.IOSQE_IO_LINK();
        }
        if ((flags & Sqe.IOSQE_IO_HARDLINK) != 0) {
            sqe.hardLink();
            set |= LibUring.IOSQE_IO_HARDLINK();
        }
        if ((flags & Sqe.IOSQE_ASYNC) != 0) {
            sqe.async();
            set |= LibUring.IOSQE_ASYNC();
        }
        if ((flags & Sqe.IOSQE_CQE_SKIP_SUCCESS) != 0) {
            sqe.skipSuccess();
            set |= LibUring.IOSQE_CQE_SKIP_SUCCESS();
        }
        return set;
    }

    private Descriptor descriptor() {
        int number = random.nextInt(Integer.MAX_VALUE);
        return random.nextBoolean() ? Fd.borrow(number) : DirectDescriptor.of(number);
    }

    private Fd directory() {
        return random.nextBoolean() ? Fd.CWD : Fd.borrow(random.nextInt(Integer.MAX_VALUE));
    }

    /** Never touched: only its address and size count. */
    private MemorySegment buffer() {
        return MemorySegment.ofAddress(random.nextLong(1L << 46)).reinterpret(1 + random.nextInt(0x7fff_f000));
    }

    private MemorySegment timespec(long nanos) {
        MemorySegment own = timespecs.asSlice(slot * RingLayout.TIMESPEC_SIZE, RingLayout.TIMESPEC_SIZE);
        assertThat(own.get(JAVA_LONG, 0) * 1_000_000_000 + own.get(JAVA_LONG, 8))
                .isEqualTo(nanos);
        return own;
    }

    private void options(Descriptor fd, MemorySegment c) {
        LibUring.io_uring_sqe_set_flags(c, fd.isDirect() ? FIXED_FILE : 0);
    }

    private void dirty(MemorySegment memory) {
        for (long i = 0; i < memory.byteSize(); i++) {
            memory.set(JAVA_BYTE, i, (byte) (1 + random.nextInt(255)));
        }
    }

    private static String hex(MemorySegment memory) {
        return HexFormat.of().formatHex(memory.toArray(JAVA_BYTE));
    }
}
