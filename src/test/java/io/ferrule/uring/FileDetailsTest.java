package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Probes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not quite like others: devices, /proc, eventfds, O_PATH, limits; and requests beside each other. */
class FileDetailsTest extends OperationTest {
    private static final int O_PATH = 0x20_0000;
    private static final int HUGE = 1 << 21;
    private static final int MADV_HUGEPAGE = 14;

    @TempDir
    Path folder;

    // ---- files that are none on a disk ----

    @ParameterizedTest(name = "registered: {0}")
    @ValueSource(booleans = {false, true})
    @Covers({"IORING_OP_READ", "IORING_OP_READ_FIXED"})
    void aFileThatTheKernelMakesUpIsRead(boolean registered) throws IOException {
        String expected = Files.readString(Path.of("/proc/version"));
        Fd file = keep(Fd.open(Path.of("/proc/version"), LibC.O_RDONLY(), 0));
        MemorySegment buffer = arena.allocate(4096);
        ring.register().buffers(buffer);
        if (registered) {
            sq().readFixed(file, buffer, 0, 0);
        } else {
            sq().read(file, buffer, 0);
        }
        assertThat(text(buffer, result())).isEqualTo(expected);
    }

    @Test
    @Covers({"IORING_OP_READ_FIXED", "IORING_OP_WRITE_FIXED", "IOSQE_IO_LINK"})
    void devicesAreReadAndWrittenByRegisteredBuffersInAChain() throws IOException {
        MemorySegment one = arena.allocate(4096).fill((byte) 1);
        MemorySegment other = arena.allocate(4096).fill((byte) 1);
        ring.register().buffers(one, other);
        Fd zero = keep(Fd.open(Path.of("/dev/zero"), LibC.O_RDONLY(), 0));
        Fd devNull = keep(Fd.open(Path.of("/dev/null"), LibC.O_WRONLY(), 0));
        sq().readFixed(zero, one, 0, 0).userData(1).link();
        sq().readFixed(zero, other.asSlice(100, 1000), 0, 1).userData(2).link();
        sq().writeFixed(devNull, other, 0, 1).userData(3);
        assertThat(results(3)).containsExactly(4096, 1000, 4096);
        assertThat(one.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertThat(other.asSlice(100, 1000).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertThat(other.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
        assertThat(other.get(ValueLayout.JAVA_BYTE, 1100)).isEqualTo((byte) 1);
    }

    /** Eight bytes are all that comes: it is not waited for more, as it would be for the rest of a file. */
    @ParameterizedTest(name = "waited for: {0}")
    @ValueSource(booleans = {false, true})
    @Covers("IORING_OP_READ")
    void anEventfdIsReadShort(boolean waited) throws IOException {
        Fd eventfd = descriptor(SystemCall.invoke(SystemCall.EVENTFD2, 0, 0, 0));
        MemorySegment buffer = arena.allocate(16, 8);
        MemorySegment seven = arena.allocateFrom(ValueLayout.JAVA_LONG, 7);
        if (!waited) {
            eventfd.write(seven);
        }
        sq().read(eventfd, buffer, 0);
        if (waited) {
            expectNothing();
            eventfd.write(seven);
        }
        assertThat(result()).isEqualTo(8);
        assertThat(buffer.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(7);
    }

    @Test
    @Covers("IORING_OP_CLOSE")
    void aDescriptorThatOnlyNamesAFileIsClosed() throws IOException {
        for (int flags : new int[] {O_PATH, O_PATH | LibC.O_DIRECTORY()}) {
            Fd named = Fd.open(folder, flags | LibC.O_CLOEXEC(), 0);
            int number = named.number();
            sq().close(named);
            assertThat(result()).isZero();
            sq().close(Fd.own(number));
            assertThat(result()).as("a second time").isEqualTo(error(Errno.EBADF));
        }
    }

    /** Also in a worker's hands, it is the process that asked. */
    @Test
    @Covers({"IORING_OP_OPENAT", "IOSQE_ASYNC"})
    void procSelfIsTheProcessThatAsks() throws IOException {
        sq().openat(Fd.CWD, path("/proc/self/stat"), LibC.O_RDONLY() | LibC.O_CLOEXEC(), 0)
                .async();
        Fd stat = descriptor(result());
        MemorySegment buffer = arena.allocate(64);
        sq().read(stat, buffer, 0);
        assertThat(text(buffer, result())).startsWith(ProcessHandle.current().pid() + " ");
    }

    // ---- direct descriptors ----

    @Test
    @Covers("IORING_OP_OPENAT")
    void aSlotIsNeverInheritedSoThatTheFlagIsRefused() throws IOException {
        needs(Opcode.IORING_OP_MKDIRAT); // direct opens are of the same release
        ring.register().files(keep(Fd.open(folder, LibC.O_RDONLY(), 0)));
        sq().openatDirect(Fd.CWD, path(folder), LibC.O_RDONLY() | LibC.O_CLOEXEC(), 0, DirectDescriptor.of(0));
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    /** The place where the search for a free slot starts is forgotten with the table. */
    @Test
    @Covers({"IORING_OP_SOCKET", "IORING_UNREGISTER_FILES"})
    void anUnregisteredTableHasNoFreeSlot() throws IOException {
        needs(Opcode.IORING_OP_SOCKET);
        ring.register().sparseFiles(16);
        ring.register().unregisterFiles();
        sq().socketDirect(LibC.AF_UNIX(), LibC.SOCK_DGRAM(), 0, DirectDescriptor.ANY);
        assertThat(result()).isEqualTo(error(Errno.ENFILE));
    }

    @Test
    @Covers({"IORING_OP_FIXED_FD_INSTALL", "IORING_REGISTER_PERSONALITY"})
    void aDescriptorIsNotInstalledWithOtherCredentials() throws IOException {
        needs(Opcode.IORING_OP_FIXED_FD_INSTALL);
        int self = ring.register().personality();
        ring.register().files(keep(Fd.open(folder, LibC.O_RDONLY(), 0)));
        sq().fixedFdInstall(DirectDescriptor.of(0), 0).personality(self);
        assertThat(result()).isEqualTo(error(Errno.EPERM));
    }

    /** Had the kernel thread kept the file open for writing, it could not be run. */
    @Test
    @Covers({"IORING_SETUP_SQPOLL", "IORING_OP_CLOSE"})
    void aFileIsClosedWhenTheCompletionSaysSo() throws Exception {
        Path program = folder.resolve("true");
        Files.copy(Path.of("/bin/true"), program);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Probes.need("a temporary folder whose programs can be run", program.toString());
        try (IoUring polled = IoUring.open(4, RingOptions.defaults().sqPoll(Duration.ofMillis(20)))) {
            for (int i = 0; i < 10; i++) {
                polled.sq().next().openat(Fd.CWD, path(program), LibC.O_WRONLY() | LibC.O_CLOEXEC(), 0);
                Fd opened = descriptor(Completion.result(polled));
                polled.sq().next().close(opened);
                assertThat(Completion.result(polled)).isZero();
                polled.sq().next().nop(); // before which the kernel's thread sees to the end of the close
                assertThat(Completion.result(polled)).isZero();
                assertThat(Jvm.run(List.of(program.toString())).status()).isZero();
            }
        }
    }

    // ---- beside each other ----

    @Test
    @Covers("IORING_OP_READ")
    void aReadThatWaitsHoldsNothingBesideItBack() throws IOException {
        Pipe pipe = keep(Pipe.open());
        Path path = Files.write(folder.resolve("file"), new byte[4096]);
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        sq().read(pipe.reader(), arena.allocate(4096), -1).userData(1);
        sq().read(file, arena.allocate(4096), 4096).userData(2);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, 0));
        sq().read(file, arena.allocate(4096), 2048).userData(3);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(3, 2048));
        pipe.write("x");
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 1));
    }

    @Test
    @Covers({"IORING_OP_WRITE", "IORING_OP_CLOSE", "IORING_OP_READ"})
    void aPipeIsWrittenClosedAndReadToItsEndByRingAfterRing() throws IOException {
        for (int i = 0; i < 200; i++) {
            try (IoUring each = IoUring.open(8);
                    Pipe pipe = Pipe.open()) {
                MemorySegment buffer = arena.allocate(16);
                each.sq().next().write(pipe.writer(), bytes("foobar"), -1);
                assertThat(Completion.result(each)).isEqualTo(6);
                each.sq().next().close(pipe.writer());
                assertThat(Completion.result(each)).isZero();
                each.sq().next().read(pipe.reader(), buffer, -1);
                assertThat(Completion.result(each)).isEqualTo(6);
                each.sq().next().read(pipe.reader(), buffer, -1);
                assertThat(Completion.result(each)).isZero();
            }
        }
    }

    @Test
    @Covers({"IORING_OP_MKDIRAT", "IORING_OP_SYMLINKAT", "IORING_OP_LINKAT"})
    void whatIsThereIsNotMadeAgain() throws IOException {
        needs(Opcode.IORING_OP_MKDIRAT);
        Path there = Files.createDirectory(folder.resolve("there"));
        sq().mkdirat(Fd.CWD, path(there), 0700).userData(1);
        sq().symlinkat(path("anything"), Fd.CWD, path(there)).userData(2);
        sq().mkdirat(Fd.CWD, path(folder.resolve("no/such/folder")), 0700).userData(3);
        Path file = Files.writeString(folder.resolve("file"), "");
        sq().linkat(Fd.CWD, path(file), Fd.CWD, path(there), 0).userData(4);
        assertThat(results(4))
                .containsExactly(error(Errno.EEXIST), error(Errno.EEXIST), error(Errno.ENOENT), error(Errno.EEXIST));
    }

    // ---- large pages ----

    /** Pinned as a few large pages, it is addressed by the byte all the same. */
    @Test
    @Covers({"IORING_OP_MADVISE", "IORING_OP_READ_FIXED", "IORING_OP_WRITE_FIXED", "IORING_REGISTER_BUFFERS"})
    void aBufferOfLargePagesIsReadIntoAtAnyByte() throws IOException {
        MemorySegment memory = arena.allocate(2L * HUGE, HUGE);
        sq().madvise(memory, MADV_HUGEPAGE);
        assertThat(result()).isIn(0, error(Errno.EINVAL)); // EINVAL: built without them
        memory.fill((byte) 1);
        MemorySegment unaligned = memory.asSlice(3, 2L * HUGE - 5);
        ring.register().buffers(memory, unaligned);
        Fd zero = keep(Fd.open(Path.of("/dev/zero"), LibC.O_RDONLY(), 0));
        MemorySegment acrossPages = memory.asSlice(HUGE - 1001, 5000);
        sq().readFixed(zero, acrossPages, 0, 1);
        assertThat(result()).isEqualTo(5000);
        assertThat(acrossPages.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, HUGE - 1002)).isEqualTo((byte) 1);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, HUGE + 3999)).isEqualTo((byte) 1);
        Fd file = keep(Fd.open(folder.resolve("file"), LibC.O_RDWR() | LibC.O_CREAT(), 0600));
        sq().writeFixed(file, unaligned, 0, 1);
        assertThat(result()).isEqualTo((int) unaligned.byteSize());
        assertThat(MemorySegment.ofArray(Files.readAllBytes(folder.resolve("file")))
                        .mismatch(unaligned))
                .isEqualTo(-1);
    }

    // ---- the limit of a file's size ----

    static class BeyondTheLimit {
        public static void main(String[] args) throws IOException {
            try (Arena arena = Arena.ofConfined();
                    IoUring ring = IoUring.open(4);
                    Fd file = Fd.open(Path.of(args[0]), LibC.O_RDWR() | LibC.O_CREAT(), 0600)) {
                MemorySegment buffer = arena.allocate(4096);
                ring.sq().next().write(file, buffer, 0);
                System.out.println(Completion.result(ring));
                ring.sq().next().write(file, buffer, 1 << 20);
                System.out.println(Completion.result(ring));
                ring.sq().next().fallocate(file, 0, 0, 2 << 20);
                System.out.println(Completion.result(ring));
            }
        }
    }

    @Test
    @Tag("subprocess")
    @Covers({"IORING_OP_WRITE", "IORING_OP_FALLOCATE"})
    void nothingIsWrittenBeyondTheLimitOfAFilesSize() throws Exception {
        Probes.need("prlimit", "prlimit", "--fsize=1048576", "true");
        Jvm.Result result = Jvm.onModulePath(BeyondTheLimit.class)
                .under("prlimit", "--fsize=1048576")
                .with("-XX:-UsePerfData")
                .arguments(folder.resolve("file").toString())
                .run();
        int tooBig = error(Errno.EFBIG);
        assertThat(result.out()).as(result.toString()).isEqualTo("4096\n" + tooBig + "\n" + tooBig + "\n");
    }
}
