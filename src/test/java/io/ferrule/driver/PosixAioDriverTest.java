package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the driver on the C library's POSIX AIO does in ways of its own. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, names = "POSIX_AIO")
@Timeout(60)
class PosixAioDriverTest extends DriverTest {
    @TempDir
    Path directory;

    private final MemorySegment buffer = arena.allocate(64);

    private Fd file(String content, int flags) throws IOException {
        return keep(Fd.open(Files.writeString(directory.resolve("file"), content), flags, 0));
    }

    // ---- files ----

    @Test
    void aFileIsReadWrittenAndSyncedByTheLibraryAndNoThreadOfOurs() throws IOException {
        Fd file = file("hello, world", LibC.O_RDWR());
        assertThat(result(TestOperation.read(file, buffer).inFile(7))).isEqualTo(5);
        assertThat(text(buffer, 5)).isEqualTo("world");
        TestOperation write = TestOperation.write(file, bytes("there")).inFile(7);
        TestOperation sync = write.then(TestOperation.of(OperationKind.FSYNC, file));
        TestOperation syncData = sync.then(TestOperation.of(OperationKind.FDATASYNC, file));
        start(write);
        await(write, sync, syncData);
        assertThat(results(write, sync, syncData)).containsExactly(5, 0, 0);
        assertThat(directory.resolve("file")).hasContent("hello, there");
        assertThat(driver.counters().fallbacks).isZero();
    }

    @Test
    void aFileThatIsOnlyReadIsSyncedToo() throws IOException {
        Fd readOnly = file("hello", LibC.O_RDONLY());
        assertThat(result(TestOperation.of(OperationKind.FSYNC, readOnly))).isZero();
    }

    @Test
    void whatTheLibraryRefusesToSyncIsAskedOfTheKernel() throws IOException {
        TestOperation sync = new TestOperation(OperationKind.FSYNC);
        sync.fd = 1_000_000;
        assertThat(result(sync)).isEqualTo(error(Errno.EBADF));
        assertThat(driver.counters().fallbacks).isEqualTo(1);
    }

    @Test
    void vectorsAndTheFilesOwnPositionAreForThreads() throws IOException {
        Fd file = file("hello", LibC.O_RDONLY());
        MemorySegment vector =
                IovecArray.of(arena, buffer.asSlice(0, 2), buffer.asSlice(8, 8)).segment();
        assertThat(result(TestOperation.of(OperationKind.READV, file, vector)
                        .length(2)
                        .inFile(0)))
                .isEqualTo(5);
        assertThat(result(TestOperation.read(file, buffer).inFile(-1))).isEqualTo(5);
        assertThat(driver.counters().fallbacks).isEqualTo(2);
    }

    @Test
    void moreThanTheLibraryIsGivenAtOnceIsReadAllTheSame() throws IOException {
        Fd file = file("0123456789", LibC.O_RDONLY());
        int count = PosixAioDriver.MOST_REQUESTS + 500;
        TestOperation[] reads = new TestOperation[count];
        MemorySegment memory = arena.allocate(count);
        for (int i = 0; i < count; i++) {
            reads[i] = TestOperation.read(file, memory.asSlice(i, 1)).inFile(i % 10);
        }
        start(reads);
        await(reads);
        assertThat(text(memory, count))
                .isEqualTo("0123456789".repeat(count / 10 + 1).substring(0, count));
    }

    @Test
    void whatWaitsForTheLibraryIsCancelled() throws IOException {
        Pipe pipe = keep(Pipe.open());
        TestOperation held =
                TestOperation.read(pipe.reader(), arena.allocate(8)).inFile(0); // so they say
        TestOperation[] all = new TestOperation[PosixAioDriver.MOST_REQUESTS];
        for (int i = 0; i < all.length; i++) {
            all[i] = TestOperation.read(pipe.reader(), arena.allocate(8)).inFile(0);
        }
        TestOperation last = all[all.length - 1];
        start(held);
        start(all);
        driver.cancel(last);
        assertThat(await(last)).isEqualTo(error(Errno.ECANCELED));
        pipe.writer().close();
        await(all);
        assertThat(held.result()).isZero();
    }

    /** The library does one request of a descriptor after the other: so the first can hold the second up, which has not begun. */
    @Test
    void whatTheLibraryHasNotBegunIsCancelledAndWhatItHasTakesItsCourse() throws IOException {
        Pipe pipe = keep(Pipe.open());
        TestOperation begun =
                TestOperation.read(pipe.reader(), arena.allocate(8)).inFile(0); // so they say
        TestOperation queued =
                TestOperation.read(pipe.reader(), arena.allocate(8)).inFile(0);
        start(begun, queued);
        driver.cancel(queued);
        driver.cancel(begun);
        assertThat(await(queued)).isEqualTo(error(Errno.ECANCELED));
        pipe.write("text");
        // Unless its thread had not come to it either.
        assertThat(await(begun)).isIn(4, error(Errno.ECANCELED));
    }

    // ---- the library ----

    /** Loops that other tests have left open count too. */
    @Test
    void aProcessHasTenOfThemAtMost() throws IOException {
        List<PosixAioDriver> others = new ArrayList<>();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < PosixAioDriver.MOST_DRIVERS; i++) {
                        others.add(PosixAioDriver.open());
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this process has 10 posix-aio drivers already");
        assertThat(others).isNotEmpty();
        for (PosixAioDriver each : others) {
            each.close();
        }
        PosixAioDriver.open().close();
    }

    @Test
    void oneThatIsClosedGivesItsThreadOfTheLibraryBack() throws IOException {
        for (int i = 0; i < 100; i++) {
            try (PosixAioDriver each = PosixAioDriver.open()) {
                each.turn(1); // which asks for wake-ups
            }
        }
        Fd file = file("still read", LibC.O_RDONLY());
        assertThat(result(TestOperation.read(file, buffer).inFile(0))).isEqualTo(10);
    }

    @Test
    void anotherCLibraryIsRefused() {
        assertThatThrownBy(() -> PosixAio.open(name -> Optional.empty()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("another C library");
    }

    @Test
    void itHasNoDescriptorAndSaysWhatToDoInstead() {
        assertThatThrownBy(driver::descriptor)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("turning it with a time limit");
    }
}
