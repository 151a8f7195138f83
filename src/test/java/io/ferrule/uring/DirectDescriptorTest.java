package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_FIXED_FD_INSTALL;
import static io.ferrule.uring.Opcode.IORING_OP_PIPE;
import static io.ferrule.uring.Opcode.IORING_OP_SEND_ZC;
import static io.ferrule.uring.Opcode.IORING_OP_SOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.liburing.open_how;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Direct descriptors from the opening of their slots to the closing, and their way to the process and to other rings. */
class DirectDescriptorTest extends OperationTest {
    private static final int SLOTS = 3;
    private static final DirectDescriptor FIRST = DirectDescriptor.of(0);
    private static final DirectDescriptor LAST = DirectDescriptor.of(SLOTS - 1);
    private static final DirectDescriptor OUTSIDE = DirectDescriptor.of(SLOTS);

    @TempDir
    private Path folder;

    private Path file;
    private MemorySegment name;
    private final MemorySegment buffer = arena.allocate(64);

    @BeforeEach
    void fill() throws IOException {
        needs(IORING_OP_SOCKET); // sparse tables and ANY are of the same release
        ring.register().sparseFiles(SLOTS);
        file = Files.writeString(folder.resolve("file"), "what the file holds");
        name = path(file);
    }

    private int open(DirectDescriptor slot) throws IOException {
        sq().openatDirect(Fd.CWD, name, LibC.O_RDONLY(), 0, slot);
        return result();
    }

    private String read(IoUring ring, DirectDescriptor slot) throws IOException {
        ring.sq().next().read(slot, buffer, 0);
        int length = result(ring);
        assertThat(length).as("read").isNotNegative();
        return text(buffer, length);
    }

    private int readError(DirectDescriptor slot) throws IOException {
        sq().read(slot, buffer, 0);
        return result();
    }

    @Test
    @Covers({"IORING_OP_OPENAT", "IORING_OP_CLOSE", "IOSQE_FIXED_FILE", "IOSQE_IO_LINK"})
    void aFileIsOpenedReadAndClosedInOneChain() throws IOException {
        sq().openatDirect(Fd.CWD, name, LibC.O_RDONLY(), 0, LAST).userData(1).link();
        sq().read(LAST, buffer.asSlice(0, 19), 0).userData(2).link(); // a short read would end the chain
        sq().close(LAST).userData(3);
        assertThat(results(3)).containsExactly(0, 19, 0);
        assertThat(text(buffer, 19)).isEqualTo("what the file holds");
        assertThat(readError(LAST)).isEqualTo(error(Errno.EBADF));
    }

    @Test
    @Covers({"IORING_OP_OPENAT", "IOSQE_FIXED_FILE", "IOSQE_IO_LINK"})
    void aFileIsCreatedAndWrittenThroughItsSlot() throws IOException {
        Path created = folder.resolve("created");
        sq().openatDirect(Fd.CWD, path(created), LibC.O_WRONLY() | LibC.O_CREAT(), 0600, FIRST)
                .userData(1)
                .link();
        sq().write(FIRST, bytes("through the slot"), 0).userData(2).link();
        sq().fsync(FIRST, 0).userData(3);
        assertThat(results(3)).containsExactly(0, 16, 0);
        assertThat(created).hasContent("through the slot");
    }

    @Test
    @Covers("IORING_OP_OPENAT")
    void anySlotIsTheResultUntilThereIsNone() throws IOException {
        for (int slot = 0; slot < SLOTS; slot++) {
            assertThat(open(DirectDescriptor.ANY)).isEqualTo(slot);
        }
        assertThat(open(DirectDescriptor.ANY)).isEqualTo(error(Errno.ENFILE));
    }

    @Test
    @Covers({"IORING_OP_OPENAT", "IORING_REGISTER_FILE_ALLOC_RANGE"})
    void anySlotComesFromTheRangeThatIsSetAside() throws IOException {
        needs(IORING_OP_SEND_ZC); // of the same release
        ring.register().fileAllocationRange(1, 1);
        assertThat(open(DirectDescriptor.ANY)).isEqualTo(1);
        assertThat(open(DirectDescriptor.ANY)).isEqualTo(error(Errno.ENFILE));
    }

    @Test
    @Covers({"IORING_OP_OPENAT", "IOSQE_FIXED_FILE"})
    void openingIntoASlotThatIsTakenReplacesItsFile() throws IOException {
        assertThat(open(FIRST)).isZero();
        sq().openatDirect(
                        Fd.CWD,
                        path(Files.writeString(folder.resolve("other"), "another file")),
                        LibC.O_RDONLY(),
                        0,
                        FIRST);
        assertThat(result()).isZero();
        assertThat(read(ring, FIRST)).isEqualTo("another file");
    }

    @Test
    @Covers({"IORING_OP_CLOSE", "IORING_OP_OPENAT"})
    void aSlotOutsideTheTableIsRefused() throws IOException {
        assertThat(open(OUTSIDE)).isEqualTo(error(Errno.EINVAL));
        sq().close(OUTSIDE);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
        assertThat(readError(OUTSIDE)).isEqualTo(error(Errno.EBADF));
    }

    @Test
    @Covers({"IORING_OP_CLOSE", "IORING_OP_OPENAT"})
    void withoutATableThereAreNoSlots() throws IOException {
        ring.register().unregisterFiles();
        assertThat(open(FIRST)).isEqualTo(error(Errno.ENXIO));
        sq().close(FIRST);
        assertThat(result()).isEqualTo(error(Errno.ENXIO));
    }

    @Test
    @Covers({"IORING_OP_CLOSE", "IORING_OP_OPENAT"})
    void aSlotIsClosedOnce() throws IOException {
        assertThat(open(FIRST)).isZero();
        sq().close(FIRST);
        assertThat(result()).isZero();
        sq().close(FIRST);
        assertThat(result()).isEqualTo(error(Errno.EBADF));
    }

    @Test
    @Covers({"IORING_OP_OPENAT2", "IOSQE_FIXED_FILE"})
    void rulesForThePathHoldForSlotsToo() throws IOException {
        MemorySegment how = open_how.allocate(arena).fill((byte) 0);
        sq().openat2Direct(Fd.CWD, name, how, LAST);
        assertThat(result()).isZero();
        assertThat(read(ring, LAST)).isEqualTo("what the file holds");
    }

    @Test
    @Covers({"IORING_OP_SOCKET", "IOSQE_FIXED_FILE"})
    void aSocketIsMadeInASlot() throws IOException {
        sq().socketDirect(LibC.AF_UNIX(), LibC.SOCK_STREAM(), 0, FIRST);
        assertThat(result()).isZero();
        sq().recv(FIRST, buffer, 0);
        assertThat(result()).as("a socket without a peer").isEqualTo(error(Errno.EINVAL));
        sq().socketDirect(LibC.AF_UNIX(), LibC.SOCK_STREAM(), 0, DirectDescriptor.ANY);
        assertThat(result()).isEqualTo(1);
    }

    @Test
    @Covers({"IORING_OP_PIPE", "IOSQE_FIXED_FILE", "IOSQE_IO_LINK"})
    void aPipeIsMadeInTwoSlots() throws IOException {
        needs(IORING_OP_PIPE);
        MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
        sq().pipeDirect(ends, 0, DirectDescriptor.of(1)).link();
        sq().write(DirectDescriptor.of(2), bytes("in slots"), -1).link();
        sq().read(DirectDescriptor.of(1), buffer, -1);
        assertThat(result()).isZero();
        assertThat(result()).isEqualTo(8);
        assertThat(text(buffer, result())).isEqualTo("in slots");
    }

    @Test
    @Covers("IORING_OP_PIPE")
    void aPipeSaysWhichSlotsWereFreeForIt() throws IOException {
        needs(IORING_OP_PIPE);
        MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
        sq().pipeDirect(ends, 0, DirectDescriptor.ANY);
        assertThat(result()).isZero();
        assertThat(ends.toArray(ValueLayout.JAVA_INT)).containsExactlyInAnyOrder(0, 1);
        sq().pipeDirect(ends, 0, DirectDescriptor.ANY);
        assertThat(result()).as("one slot is left").isEqualTo(error(Errno.ENFILE));
    }

    @Test
    @Covers({"IORING_OP_FIXED_FD_INSTALL", "IORING_OP_CLOSE", "IORING_OP_OPENAT"})
    void anInstalledDescriptorOutlivesItsSlot() throws IOException {
        needs(IORING_OP_FIXED_FD_INSTALL);
        open(FIRST);
        sq().fixedFdInstall(FIRST, 0);
        Fd installed = descriptor(result());
        sq().close(FIRST);
        assertThat(result()).isZero();
        assertThat(Pipe.read(installed)).isEqualTo("what the file holds");
        assertThat(isClosedOnExec(installed)).isTrue();
    }

    @Test
    @Covers({"IORING_OP_FIXED_FD_INSTALL", "IORING_OP_OPENAT"})
    void anInstalledDescriptorIsInheritedWhenToldSo() throws IOException {
        needs(IORING_OP_FIXED_FD_INSTALL);
        open(FIRST);
        sq().fixedFdInstall(FIRST, UringFlags.IORING_FIXED_FD_NO_CLOEXEC);
        assertThat(isClosedOnExec(descriptor(result()))).isFalse();
    }

    @Test
    @Covers({"IORING_OP_FIXED_FD_INSTALL", "IORING_OP_OPENAT"})
    void onlyWhatIsInASlotIsInstalled() throws IOException {
        needs(IORING_OP_FIXED_FD_INSTALL);
        sq().fixedFdInstall(FIRST, 0);
        assertThat(result()).isEqualTo(error(Errno.EBADF));
        open(FIRST);
        sq().fixedFdInstall(FIRST, 1 << 10);
        assertThat(result()).as("an unknown flag").isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_FILES_UPDATE", "IORING_OP_OPENAT", "IOSQE_FIXED_FILE"})
    void slotsAreFilledLeftAndEmptiedByOneRequest() throws IOException {
        open(DirectDescriptor.of(1));
        open(DirectDescriptor.of(2));
        Fd other = keep(Fd.open(Files.writeString(folder.resolve("other"), "another"), LibC.O_RDONLY(), 0));
        MemorySegment update =
                arena.allocateFrom(ValueLayout.JAVA_INT, other.number(), UringFlags.IORING_REGISTER_FILES_SKIP, -1);
        sq().filesUpdate(update, 0);
        assertThat(result()).isEqualTo(3);
        assertThat(read(ring, DirectDescriptor.of(0))).isEqualTo("another");
        assertThat(read(ring, DirectDescriptor.of(1))).isEqualTo("what the file holds");
        assertThat(readError(DirectDescriptor.of(2))).isEqualTo(error(Errno.EBADF));
    }

    @Test
    @Covers({"IORING_OP_FILES_UPDATE", "IORING_OP_OPENAT"})
    void slotsForFilesAreChosenAndWrittenBack() throws IOException {
        needs(IORING_OP_SEND_ZC); // of the same release
        open(FIRST);
        Fd other = keep(Fd.open(file, LibC.O_RDONLY(), 0));
        MemorySegment update = arena.allocateFrom(ValueLayout.JAVA_INT, other.number(), other.number());
        sq().filesUpdate(update, UringFlags.IORING_FILE_INDEX_ALLOC);
        assertThat(result()).isEqualTo(2);
        assertThat(update.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2);
    }

    @Test
    @Covers({"IORING_OP_MSG_RING", "IORING_OP_OPENAT", "IOSQE_FIXED_FILE"})
    void aDescriptorIsPassedToAnotherRing() throws IOException {
        IoUring other = other(2);
        open(FIRST);
        assertThat(pass(other, FIRST, DirectDescriptor.of(1), 0)).isZero();
        assertThat(Completion.next(other)).isEqualTo(Completion.of(55, 0));
        assertThat(read(other, DirectDescriptor.of(1))).isEqualTo("what the file holds");
        assertThat(read(ring, FIRST)).as("here, still").isEqualTo("what the file holds");
    }

    @Test
    @Covers({"IORING_OP_MSG_RING", "IORING_OP_OPENAT"})
    void aDescriptorIsPassedIntoAnySlotUntilThereIsNone() throws IOException {
        IoUring other = other(1);
        open(FIRST);
        assertThat(pass(other, FIRST, DirectDescriptor.ANY, 0)).isZero();
        assertThat(Completion.next(other)).isEqualTo(Completion.of(55, 0));
        assertThat(pass(other, FIRST, DirectDescriptor.ANY, 0)).isEqualTo(error(Errno.ENFILE));
    }

    @Test
    @Covers({"IORING_OP_MSG_RING", "IORING_OP_OPENAT", "IOSQE_FIXED_FILE"})
    void aDescriptorIsPassedInSilenceWhenToldSo() throws IOException {
        IoUring other = other(1);
        open(FIRST);
        assertThat(pass(other, FIRST, FIRST, UringFlags.IORING_MSG_RING_CQE_SKIP))
                .isZero();
        assertThat(read(other, FIRST))
                .as("its first completion is that of the read")
                .isEqualTo("what the file holds");
    }

    @Test
    @Covers("IORING_OP_MSG_RING")
    void whatIsNotThereIsNotPassed() throws IOException {
        assertThat(pass(other(1), FIRST, FIRST, 0)).isEqualTo(error(Errno.EBADF));
    }

    private IoUring other(int slots) throws IOException {
        needs(IORING_OP_SEND_ZC); // passing is of the same release
        IoUring other = keep(openRing(RingOptions.defaults().messageTarget()));
        other.register().sparseFiles(slots);
        return other;
    }

    private int pass(IoUring other, DirectDescriptor from, DirectDescriptor to, int flags) throws IOException {
        sq().messageRingDescriptor(Fd.borrow(other.descriptor()), from, to, 55, flags);
        return result();
    }

    private static boolean isClosedOnExec(Fd fd) throws IOException {
        String flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd.number())).stream()
                .filter(line -> line.startsWith("flags:"))
                .findFirst()
                .orElseThrow();
        return (Integer.parseInt(flags.substring("flags:".length()).strip(), 8) & LibC.O_CLOEXEC()) != 0;
    }
}
