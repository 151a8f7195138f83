package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdTest {
    @TempDir
    Path directory;

    @Test
    void opensAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "content");
        try (Fd fd = Fd.open(file, LibC.O_RDONLY(), 0)) {
            assertThat(Pipe.read(fd)).isEqualTo("content");
        }
    }

    @Test
    void createsAFileWithItsPermissions() throws IOException {
        Path file = directory.resolve("file");
        Fd.open(file, LibC.O_WRONLY() | LibC.O_CREAT(), 0600).close();
        assertThat(Files.getAttribute(file, "unix:mode")).isEqualTo(0100600);
    }

    @Test
    void anOpenedFileIsClosedOnExec() throws IOException {
        try (Fd fd = Fd.open(directory, LibC.O_RDONLY(), 0)) {
            assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + fd.number())))
                    .containsPattern("flags:\\s+02\\d{6}\\n"); // O_CLOEXEC is 02000000
        }
    }

    @Test
    void aMissingFileIsNoSuchFileException() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> Fd.open(missing, LibC.O_RDONLY(), 0))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void aFileThatMustNotExistAndDoesIsFileAlreadyExistsException() {
        assertThatThrownBy(() -> Fd.open(directory, LibC.O_CREAT() | LibC.O_EXCL(), 0600))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void closeClosesADescriptorThatIsOwned() throws IOException {
        Pipe pipe = Pipe.open();
        int number = pipe.reader().number();
        String file = fileBehind(number);
        pipe.close();
        assertThat(fileBehind(number)).isNotEqualTo(file);
    }

    @Test
    void closeLeavesADescriptorThatIsBorrowedOpen() throws IOException {
        try (Pipe pipe = Pipe.open()) {
            int number = pipe.reader().number();
            String file = fileBehind(number);
            Fd.borrow(number).close();
            assertThat(fileBehind(number)).isEqualTo(file);
        }
    }

    @Test
    void aSecondCloseDoesNothingToWhoeverHasTheNumberNow() throws IOException {
        try (Pipe other = Pipe.open()) {
            Fd fd = Fd.open(directory, LibC.O_RDONLY(), 0);
            int number = fd.number();
            fd.close();
            try (Fd reused = Pipe.duplicateAs(number, other.reader())) {
                fd.close();
                assertThat(fileBehind(reused.number())).startsWith("pipe:");
            }
        }
    }

    @Test
    void theNumberAfterCloseIsRefused() throws IOException {
        Fd fd = Fd.open(directory, LibC.O_RDONLY(), 0);
        fd.close();
        assertThat(fd.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(fd::number).withMessage("the file descriptor is closed");
    }

    @Test
    void theNumberOfABorrowedDescriptorAfterCloseIsRefused() throws IOException {
        Fd fd = Fd.borrow(0);
        fd.close();
        assertThatIllegalStateException().isThrownBy(fd::number);
    }

    @Test
    void aReleasedDescriptorIsTheCallersToClose() throws IOException {
        Fd fd = Fd.open(directory, LibC.O_RDONLY(), 0);
        int number = fd.release();
        fd.close();
        assertThat(fileBehind(number)).isEqualTo(directory.toRealPath().toString());
        Fd.own(number).close();
    }

    @Test
    void aReleasedDescriptorHasNoNumber() throws IOException {
        Fd fd = Fd.borrow(0);
        fd.release();
        assertThatIllegalStateException().isThrownBy(fd::number);
    }

    @Test
    void releaseAfterCloseIsRefused() throws IOException {
        Fd fd = Fd.borrow(0);
        fd.close();
        assertThatIllegalStateException().isThrownBy(fd::release);
    }

    @Test
    void anErrorTakenForADescriptorIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fd.own(-Errno.EMFILE.number()))
                .withMessage("a file descriptor is 0 or more; -24 is an error: EMFILE (24), Too many open files");
    }

    @Test
    void anyOtherNegativeNumberIsRefusedToo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fd.borrow(-4096))
                .withMessage("a file descriptor is 0 or more; -4096 is none");
    }

    @Test
    void aCloseThatTheKernelRefusesIsAnError() throws IOException {
        Fd fd = Fd.open(directory, LibC.O_RDONLY(), 0);
        Fd.own(fd.number()).close();
        assertThatThrownBy(fd::close).isInstanceOf(ErrnoException.class).hasMessageContaining("EBADF (9)");
    }

    @Test
    void theWorkingDirectoryIsNeverClosed() throws IOException {
        Fd.CWD.close();
        assertThat(Fd.CWD.number()).isEqualTo(LibC.AT_FDCWD());
    }

    @Test
    void threadsThatCloseAtOnceCloseOnce() throws Exception {
        int threads = 4;
        CyclicBarrier together = new CyclicBarrier(threads);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int round = 0; round < 500; round++) {
                Fd fd = Fd.open(directory, LibC.O_RDONLY(), 0);
                Callable<Void> close = () -> {
                    together.await();
                    fd.close(); // a second close(2) would be EBADF
                    return null;
                };
                List<Future<Void>> closes = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    closes.add(executor.submit(close));
                }
                for (Future<Void> each : closes) {
                    each.get();
                }
                assertThat(fd.isOpen()).isFalse();
            }
        }
    }

    @Test
    void saysInItsTextWhatItIs() throws IOException {
        Fd fd = Fd.borrow(2);
        assertThat(fd).hasToString("fd 2");
        fd.close();
        assertThat(fd).hasToString("closed fd");
        assertThat(Fd.CWD).hasToString("working directory");
    }

    @Test
    void aDirectDescriptorIsASlot() {
        DirectDescriptor direct = DirectDescriptor.of(3);
        assertThat(direct.isDirect()).isTrue();
        assertThat(direct.number()).isEqualTo(3);
        assertThat(direct).hasToString("direct descriptor 3");
    }

    @Test
    void aNegativeSlotIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DirectDescriptor.of(-1))
                .withMessageContaining("-1");
    }

    /** What the kernel says an open descriptor is: a path, or "pipe:[inode]"; empty when it is not open. */
    private static String fileBehind(int number) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }
}
