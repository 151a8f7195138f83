package io.ferrule.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Fd;
import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Closing a ring: what is in flight is cancelled or finished before close returns, and memory is nobody's but the caller's again. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CloseTest {
    private static final long HOUR = 3_600_000_000_000L;
    private static final int READS = 32;
    private static final int READ_SIZE = 128 * 1024;
    private static final int PAGE = 4096;
    private static final byte PATTERN = 0x5a;

    @TempDir
    Path directory;

    @OnEveryRing
    void aSecondCloseDoesNothing(RingVariant variant) throws IOException {
        IoUring ring = variant.open(4);
        ring.close();
        ring.close();
        assertThat(ring).hasToString("ring of 4 (closed)");
    }

    @OnEveryRing
    void whatIsInFlightIsCancelled(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = variant.open(16);
            for (int i = 0; i < 4; i++) {
                ring.sq().next().read(pipe.reader(), arena.allocate(8), -1);
                ring.sq().next().pollAdd(pipe.reader(), LibC.POLLIN());
                ring.sq().next().timeout(HOUR, 0, 0);
            }
            ring.submit();
            ring.close();

            // Nothing is left that could take the bytes away.
            MemorySegment text = arena.allocateFrom("hello");
            pipe.writer().write(text);
            MemorySegment read = arena.allocate(16);
            assertThat(pipe.reader().read(read)).isEqualTo((int) text.byteSize());
            assertThat(read.getString(0)).isEqualTo("hello");
        }
    }

    @OnEveryRing
    void requestsThatWorkersHoldAreEnded(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = variant.open(4);
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1).async();
            ring.submit();
            ring.close();
            pipe.writer().write(arena.allocate(8));
            assertThat(pipe.reader().read(arena.allocate(8))).isEqualTo(8);
        }
    }

    @OnEveryRing
    void aChainIsEndedAsAWhole(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = variant.open(4);
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1).link();
            ring.sq().next().write(pipe.writer(), arena.allocate(8), -1).link();
            ring.sq().next().linkTimeout(HOUR, 0);
            ring.submit();
            ring.close();
            pipe.writer().close();
            assertThat(pipe.reader().read(arena.allocate(8)))
                    .as("the write never ran")
                    .isZero();
        }
    }

    @Test
    void entriesThatWereNotSubmittedNeverRun() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = IoUring.open(4);
            ring.sq().next().write(pipe.writer(), arena.allocate(8), -1);
            ring.close();
            pipe.writer().close();
            assertThat(pipe.reader().read(arena.allocate(8))).isZero();
        }
    }

    @OnEveryRing
    void completionsThatNobodyConsumedAreDropped(RingVariant variant) throws IOException {
        IoUring ring = variant.open(8);
        for (int i = 0; i < 5; i++) {
            ring.sq().next().nop();
        }
        ring.submitAndWait(5);
        ring.close();
        assertThat(ring).hasToString("ring of 8 (closed)");
    }

    @OnEveryRing
    void requestsThatSucceedInSilenceDoNotKeepItOpen(RingVariant variant) throws IOException {
        IoUring ring = variant.open(8);
        for (int i = 0; i < 5; i++) {
            ring.sq().next().nop().skipSuccess();
        }
        ring.submit();
        ring.close();
        assertThat(ring).hasToString("ring of 8 (closed)");
    }

    /** The entries after a silent one that failed end without a completion, though they are not marked silent themselves. */
    @OnEveryRing
    void aChainThatEndedInSilenceDoesNotKeepItOpen(RingVariant variant) throws IOException {
        IoUring ring = variant.open(8);
        ring.sq().next().fsync(Fd.borrow(1_000_000), 0).skipSuccess().link();
        ring.sq().next().nop().link();
        ring.sq().next().nop();
        ring.submitAndWait(1);
        ring.close();
        assertThat(ring).hasToString("ring of 8 (closed)");
    }

    @OnEveryRing
    void aSilentRequestInFlightIsEndedToo(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = variant.open(4);
            ring.sq().next().fsync(Fd.borrow(1_000_000), 0).skipSuccess(); // completes, for it fails
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1);
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1).skipSuccess();
            ring.submit();
            ring.close();
            pipe.writer().write(arena.allocate(8));
            assertThat(pipe.reader().read(arena.allocate(8))).isEqualTo(8);
        }
    }

    /** Posted without a ring, so without our knowing. */
    @Test
    void aCompletionThatAnotherRingPostedDoesNotKeepItOpen() throws IOException {
        IoUring ring = IoUring.open(4);
        try {
            Registration.message(Fd.borrow(ring.descriptor()), 1, 2);
        } catch (IOException e) {
            ring.close();
            abort("needs a kernel that posts without a ring, Linux 6.13: " + e.getMessage());
        }
        ring.close();
        assertThat(ring).hasToString("ring of 4 (closed)");
    }

    @Test
    void aHandlerMayCloseTheRing() throws IOException {
        for (int last = 1; last <= 3; last++) {
            IoUring ring = IoUring.open(4);
            for (int i = 1; i <= 3; i++) {
                ring.sq().next().nop().userData(i);
            }
            ring.submitAndWait(3);
            int closing = last;
            assertThat(ring.cq().forEach((userData, res, flags) -> {
                        if (userData == closing) {
                            ring.close();
                        }
                    }))
                    .isEqualTo(last);
            assertThatThrownBy(ring::submit).isInstanceOf(IllegalStateException.class);
        }
    }

    /**
     * The kernel writes into memory of reads in flight even after a ring's descriptor is closed. Close must be a fence: what the caller writes
     * there afterwards stays.
     */
    @ParameterizedTest(name = "silent: {0}")
    @ValueSource(booleans = {false, true})
    void noReadOfADeviceWritesIntoMemoryAfterClose(boolean silent) throws IOException {
        Path file = directory.resolve("data");
        Files.write(file, new byte[READS * READ_SIZE]);
        boolean wasInFlight = false;
        try (Fd fd = openDirect(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffers = arena.allocate((long) READS * READ_SIZE, PAGE);
            for (int round = 0; round < 25; round++) {
                IoUring ring = IoUring.open(READS);
                for (int i = 0; i < READS; i++) {
                    long at = (long) i * READ_SIZE;
                    Sqe sqe = ring.sq().next().read(fd, buffers, at, READ_SIZE, at);
                    if (silent) {
                        sqe.skipSuccess();
                    }
                }
                ring.submit();
                wasInFlight |= ring.cq().ready() < READS;
                ring.close();
                buffers.fill(PATTERN);
                for (int look = 0; look < 5; look++) {
                    assertHoldsPattern(buffers);
                }
            }
        }
        assertThat(wasInFlight).as("reads were in flight at close").isTrue();
    }

    private static void assertHoldsPattern(MemorySegment memory) {
        MemorySegment first = memory.asSlice(0, 1);
        assertThat(first.get(JAVA_BYTE, 0)).isEqualTo(PATTERN);
        // Each byte equals the one before it.
        assertThat(memory.asSlice(1).mismatch(memory.asSlice(0, memory.byteSize() - 1)))
                .as("offset of a byte that changed")
                .isEqualTo(-1);
    }

    private static Fd openDirect(Path file) throws IOException {
        try {
            return Fd.open(file, LibC.O_RDONLY() | Abi.value("O_DIRECT"), 0);
        } catch (IOException e) {
            return abort("needs a file system with O_DIRECT; this one says " + e.getMessage());
        }
    }
}
