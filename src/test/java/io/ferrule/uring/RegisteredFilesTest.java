package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Probes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of files behind direct descriptors: filled at once, slot by slot, or by the kernel's choice. */
@Timeout(30)
class RegisteredFilesTest extends OperationTest {
    private static final int BAD = Completion.error(Errno.EBADF);

    private final MemorySegment buffer = arena.allocate(64);
    private Pipe pipe;

    @BeforeEach
    void open() throws IOException {
        pipe = keep(Pipe.open());
    }

    @Test
    @Covers({"IORING_REGISTER_FILES", "IOSQE_FIXED_FILE"})
    void theFilesOfTheTableAreReadAndWrittenByTheirSlots() throws IOException {
        ring.register().files(pipe.reader(), pipe.writer());
        buffer.setString(0, "hello");
        ring.sq().next().write(DirectDescriptor.of(1), buffer.asSlice(0, 5), -1);
        assertThat(Completion.result(ring)).isEqualTo(5);
        assertThat(read(0)).isEqualTo("hello");
    }

    @Test
    @Covers("IORING_REGISTER_FILES")
    void theTableHoldsItsFilesOpen() throws IOException {
        ring.register().files(pipe.reader());
        pipe.write("still");
        pipe.reader().close();
        assertThat(read(0)).isEqualTo("still");
    }

    @Test
    void aSlotWithoutAFileIsABadDescriptor() throws IOException {
        assertThat(readResult(0)).isEqualTo(BAD);
        ring.register().files(pipe.reader());
        assertThat(readResult(1)).isEqualTo(BAD);
    }

    @Test
    @Covers("IORING_REGISTER_FILES")
    void aTableIsRegisteredOnce() throws IOException {
        ring.register().files(pipe.reader());
        Kernel.refuses(Errno.EBUSY, () -> ring.register().files(pipe.reader()))
                .hasMessageContaining("unregister them first");
    }

    @Test
    @Covers("IORING_REGISTER_FILES")
    void aDescriptorThatIsNotOpenIsRefused() throws IOException {
        Kernel.refuses(Errno.EBADF, () -> ring.register().files(pipe.reader(), Fd.borrow(1_000_000)));
        ring.register().files(pipe.reader()); // nothing of the first try is left
    }

    @Test
    @Covers("IORING_REGISTER_FILES")
    void aRingCannotBeRegisteredInATable() {
        Kernel.refuses(Errno.EBADF, () -> ring.register().files(Fd.borrow(ring.descriptor())));
    }

    @Test
    @Covers("IORING_REGISTER_FILES")
    void socketsAndPipesShareATable() throws IOException {
        try (Pipe sockets = Pipe.sockets()) {
            ring.register().files(pipe.reader(), sockets.reader(), sockets.writer());
            sockets.write("over a socket");
            assertThat(read(1)).isEqualTo("over a socket");
        }
    }

    @Test
    @Covers("IORING_UNREGISTER_FILES")
    void whatIsNotRegisteredCannotBeUnregistered() throws IOException {
        Kernel.refuses(Errno.ENXIO, () -> ring.register().unregisterFiles());
        ring.register().files(pipe.reader());
        ring.register().unregisterFiles();
        assertThat(readResult(0)).isEqualTo(BAD);
        Kernel.refuses(Errno.ENXIO, () -> ring.register().unregisterFiles())
                .hasMessageContaining("None are registered");
    }

    @Test
    @Covers("IORING_UNREGISTER_FILES")
    void unregisteringLeavesARequestInFlightItsFile() throws IOException {
        Kernel.needs(SetupFlag.IORING_SETUP_HYBRID_IOPOLL, "that unregisters without waiting for requests");
        ring.register().files(pipe.reader());
        ring.sq().next().read(DirectDescriptor.of(0), buffer, -1);
        ring.submit();
        ring.register().unregisterFiles();
        pipe.write("late");
        assertThat(Completion.result(ring)).isEqualTo(4);
    }

    @Test
    @Covers({"IORING_REGISTER_FILES2", "IORING_REGISTER_FILES_UPDATE"})
    void anEmptySlotServesOnceItIsFilled() throws IOException {
        sparse(8);
        assertThat(readResult(5)).isEqualTo(BAD);
        assertThat(ring.register().updateFiles(5, pipe.reader())).isEqualTo(1);
        pipe.write("five");
        assertThat(read(5)).isEqualTo("five");
    }

    @Test
    @Covers("IORING_REGISTER_FILES_UPDATE")
    void anUpdateReplacesAndEmptiesSlots() throws IOException {
        try (Pipe other = Pipe.open()) {
            ring.register().files(pipe.reader(), pipe.reader());
            assertThat(ring.register().updateFiles(0, new int[] {other.reader().number(), -1}))
                    .isEqualTo(2);
            other.write("other");
            assertThat(read(0)).isEqualTo("other");
            assertThat(readResult(1)).isEqualTo(BAD);
        }
    }

    @Test
    @Covers({"IORING_REGISTER_FILES_UPDATE", "IORING_REGISTER_FILES_SKIP"})
    void anUpdateLeavesSkippedSlotsAlone() throws IOException {
        ring.register().files(pipe.reader(), pipe.reader());
        Kernel.needs(ring, Feature.IORING_FEAT_RSRC_TAGS);
        assertThat(ring.register().updateFiles(0, new int[] {UringFlags.IORING_REGISTER_FILES_SKIP, -1}))
                .isEqualTo(2);
        pipe.write("kept");
        assertThat(read(0)).isEqualTo("kept");
        assertThat(readResult(1)).isEqualTo(BAD);
    }

    @Test
    @Covers("IORING_REGISTER_FILES_UPDATE")
    void anUpdateStaysInsideTheTable() throws IOException {
        ring.register().files(pipe.reader());
        Kernel.refuses(Errno.EINVAL, () -> ring.register().updateFiles(1, pipe.reader()));
        Kernel.refuses(Errno.EINVAL, () -> ring.register().updateFiles(0, pipe.reader(), pipe.reader()));
    }

    @Test
    @Covers("IORING_REGISTER_FILES_UPDATE")
    void thereIsNothingToUpdateWithoutATable() {
        Kernel.refuses(Errno.ENXIO, () -> ring.register().updateFiles(0, pipe.reader()));
    }

    @Test
    @Covers("IORING_REGISTER_FILES_UPDATE")
    void updatingLeavesARequestInFlightItsFile() throws IOException {
        ring.register().files(pipe.reader());
        ring.sq().next().read(DirectDescriptor.of(0), buffer, -1);
        ring.submit();
        ring.register().updateFiles(0, pipe.writer());
        pipe.write("first");
        assertThat(Completion.result(ring)).isEqualTo(5);
    }

    @Test
    @Covers({"IORING_REGISTER_FILES2", "IORING_REGISTER_FILES_UPDATE2"})
    void taggedFilesServeLikeOthers() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_RSRC_TAGS);
        ring.register().taggedFiles(new long[] {0, 0}, pipe.writer(), pipe.writer());
        assertThat(ring.register().updateTaggedFiles(1, new long[] {5}, pipe.reader()))
                .isEqualTo(1);
        pipe.write("tagged");
        assertThat(read(1)).isEqualTo("tagged");
    }

    @Test
    @Covers({"IORING_REGISTER_FILE_ALLOC_RANGE", "IORING_OP_FILES_UPDATE"})
    void theKernelChoosesSlotsFromTheRangeUntilItIsFull() throws IOException {
        sparse(10);
        range(7, 2);
        assertThat(new int[] {chosenSlot(), chosenSlot()}).containsExactlyInAnyOrder(7, 8);
        assertThat(chosenSlot()).isEqualTo(Completion.error(Errno.ENFILE));
    }

    @Test
    @Covers("IORING_REGISTER_FILE_ALLOC_RANGE")
    void theKernelChoosesNoneFromAnEmptyRange() throws IOException {
        sparse(10);
        range(7, 0);
        assertThat(chosenSlot()).isEqualTo(Completion.error(Errno.ENFILE));
    }

    @Test
    @Covers("IORING_REGISTER_FILES2")
    void withoutARangeTheKernelChoosesFromTheWholeTable() throws IOException {
        sparse(2);
        assertThat(new int[] {chosenSlot(), chosenSlot()}).containsExactlyInAnyOrder(0, 1);
        assertThat(chosenSlot()).isEqualTo(Completion.error(Errno.ENFILE));
    }

    @Test
    @Covers("IORING_REGISTER_FILE_ALLOC_RANGE")
    void aRangeLiesInsideTheTable() throws IOException {
        sparse(10);
        range(0, 10);
        Kernel.refuses(Errno.EINVAL, () -> ring.register().fileAllocationRange(8, 3));
        Kernel.refuses(Errno.EINVAL, () -> ring.register().fileAllocationRange(10, 1));
        Kernel.refuses(Errno.EOVERFLOW, () -> ring.register().fileAllocationRange(7, -2));
    }

    /** liburing raises the soft limit as far as the hard one goes, so this takes a process with a low hard limit. */
    @Test
    @Tag("subprocess")
    @Covers("IORING_REGISTER_FILES2")
    void aTableBeyondTheDescriptorLimitIsRefused() throws Exception {
        Probes.need("prlimit", "prlimit", "--nofile=200:200", "true");
        Jvm.Result result = Jvm.onModulePath(RegistersTooMany.class)
                .under("prlimit", "--nofile=200:200")
                .run();
        assertThat(result.out()).as(result.toString()).contains("EMFILE").contains("descriptor limit");
    }

    static class RegistersTooMany {
        public static void main(String[] args) throws IOException {
            try (IoUring ring = IoUring.open(1)) {
                ring.register().sparseFiles(1000);
                System.out.println("registered");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void anyIsNoSlotToReadFrom() {
        assertThatThrownBy(() -> ring.sq().next().read(DirectDescriptor.ANY, buffer, -1))
                .isInstanceOf(IllegalStateException.class);
    }

    private void sparse(int count) throws IOException {
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_FILES2, () -> ring.register().sparseFiles(count));
    }

    private void range(int offset, int count) throws IOException {
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_FILE_ALLOC_RANGE,
                () -> ring.register().fileAllocationRange(offset, count));
    }

    /** Has the kernel put the pipe's reader into a slot. Returns the slot, or the error. */
    private int chosenSlot() throws IOException {
        MemorySegment number =
                arena.allocateFrom(ValueLayout.JAVA_INT, pipe.reader().number());
        ring.sq().next().filesUpdate(number, UringFlags.IORING_FILE_INDEX_ALLOC);
        int result = Completion.result(ring);
        return result < 0 ? result : number.get(ValueLayout.JAVA_INT, 0);
    }

    private String read(int slot) throws IOException {
        int read = readResult(slot);
        assertThat(read).isPositive();
        return text(buffer, read);
    }

    private int readResult(int slot) throws IOException {
        ring.sq().next().read(DirectDescriptor.of(slot), buffer, -1);
        return Completion.result(ring);
    }
}
