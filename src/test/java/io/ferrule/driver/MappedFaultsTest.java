package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages that are gone when they are copied: the kernel sends SIGBUS. Each time, on every path through the JVM, the copy tells so and the JVM lives. In
 * JVMs of their own, since one that does not live would take the tests with it.
 */
@Tag("subprocess")
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MappedFaultsTest {
    /** Interpreted, compiled by one compiler and the other, at once or step by step; and collectors that move objects beside it. */
    private static final String INTERPRETED = "-Xint";

    private static final String FIRST_COMPILER = "-XX:TieredStopAtLevel=1";
    private static final String BOTH_COMPILERS = "-XX:TieredStopAtLevel=4";
    private static final String SECOND_COMPILER = "-XX:-TieredCompilation";

    @TempDir
    Path folder;

    // ---- every fault is told ----

    @ParameterizedTest
    @ValueSource(strings = {INTERPRETED, FIRST_COMPILER, BOTH_COMPILERS, SECOND_COMPILER})
    void everyFaultIsToldByItsCopyAndNoOther(String compilers) throws Exception {
        Jvm.Result result = Jvm.onModulePath(Faulting.class)
                .with(compilers)
                .arguments(folder.resolve("file").toString())
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).endsWith("every one was told\n");
    }

    /** Copies in turn what is there and what is behind the end of a file, in both directions and many lengths. */
    static final class Faulting {
        private static final int ROUNDS = 1_000;
        private static final int LARGEST = 1 << 14;

        public static void main(String[] arguments) throws Exception {
            byte[] content = new byte[LARGEST];
            Arrays.fill(content, (byte) 7);
            Path path = Files.write(Path.of(arguments[0]), content);
            try (Fd fd = Fd.open(path, LibC.O_RDWR(), 0);
                    Arena arena = Arena.ofConfined()) {
                MappedFile file = new MappedFile(fd.number(), 0, 0);
                long there = file.address(0);
                long gone = file.address(LARGEST);
                MemorySegment memory = arena.allocate(LARGEST);
                for (int round = 0; round < ROUNDS; round++) {
                    for (long length = 1; length <= LARGEST; length = length * 3 + 1) {
                        require(!GuardedCopy.copy(gone, memory.address(), length), "a read that faults");
                        require(GuardedCopy.copy(there, memory.address(), length), "a read");
                        require(memory.get(ValueLayout.JAVA_BYTE, length - 1) == 7, "a byte that was read");
                        require(!GuardedCopy.copy(memory.address(), gone, length), "a write that faults");
                        require(GuardedCopy.copy(memory.address(), there, length), "a write");
                        memory.asSlice(0, length).fill((byte) 0);
                    }
                }
                file.drop();
            }
            System.out.println("every one was told");
        }

        private static void require(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError(what);
            }
        }
    }

    // ---- a file that somebody goes on cutting off ----

    @ParameterizedTest
    @ValueSource(strings = {INTERPRETED, BOTH_COMPILERS})
    void aFileThatIsCutOffWhileItIsCopiedIsAnErrorAndNoMore(String compilers) throws Exception {
        Path path = folder.resolve("file");
        Files.write(path, content());
        AtomicBoolean over = new AtomicBoolean();
        Thread cutting = Thread.ofPlatform().daemon().start(() -> cutOff(path, over));
        Jvm.Result result;
        try {
            result = Jvm.onModulePath(Copying.class)
                    .with(compilers)
                    .arguments(path.toString())
                    .run();
        } finally {
            over.set(true);
            cutting.join();
        }
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).contains("faults and going on");
    }

    private static final int SIZE = 1 << 18;
    private static final byte PATTERN = 0x5a;

    private static byte[] content() {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, PATTERN);
        return content;
    }

    private static void cutOff(Path path, AtomicBoolean over) {
        ByteBuffer content = ByteBuffer.allocateDirect(SIZE).put(content());
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (long round = 0; !over.get(); round++) {
                file.truncate(round * 4096 % SIZE);
                file.write(content.rewind(), 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads and writes a file through mappings, on the loop's thread and on helper threads, until there were enough faults. */
    static final class Copying {
        private static final int ENOUGH = 500;
        private static final long SECONDS_AT_MOST = 10;
        private static final int EFAULT = -Errno.EFAULT.number();

        public static void main(String[] arguments) throws Exception {
            int faults = 0;
            try (Fd file = Fd.open(Path.of(arguments[0]), LibC.O_RDWR(), 0);
                    Arena arena = Arena.ofConfined();
                    MmapDriver driver = MmapDriver.open()) {
                MemorySegment written = arena.allocate(SIZE).fill(PATTERN);
                TestOperation[] all = {
                    TestOperation.read(file, arena.allocate(SIZE)).inFile(0),
                    TestOperation.read(file, arena.allocate(1 << 16)).inFile(SIZE - (1 << 16)),
                    TestOperation.read(file, arena.allocate(4096)).inFile(SIZE - 5000),
                    TestOperation.write(file, written).inFile(0)
                };
                for (TestOperation each : all) {
                    driver.start(each);
                }
                long begun = System.nanoTime();
                while (faults == 0
                        || (faults < ENOUGH && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(SECONDS_AT_MOST))) {
                    driver.turn(-1);
                    for (TestOperation each : all) {
                        if (each.isDone()) {
                            faults += check(each) ? 1 : 0;
                            driver.start(each.again());
                        }
                    }
                }
                for (TestOperation each : all) {
                    while (!each.isDone()) {
                        driver.turn(-1);
                    }
                    check(each);
                }
            }
            System.out.println(faults + " faults and going on");
        }

        /** Whether it failed. What it read otherwise is what the file had, or the zeros of a file that has just been made longer. */
        private static boolean check(TestOperation operation) {
            int result = operation.result();
            if (result == EFAULT) {
                return true;
            }
            if (result < 0) {
                throw new AssertionError(operation.kind + ": " + Errno.of(result));
            }
            for (int i = 0; i < result; i += 511) {
                byte each = GuardedCopy.ALL_MEMORY.get(ValueLayout.JAVA_BYTE, operation.address + i);
                if (each != PATTERN && each != 0) {
                    throw new AssertionError("byte " + i + " is " + each);
                }
            }
            return false;
        }
    }

    // ---- pages that the device has no room for ----

    @Test
    void aFullDeviceSaysSoWhereAHoleIsWritten() throws Exception {
        String mount = "mount -t tmpfs -o size=256k tmpfs " + folder;
        Probes.need("the right to mount (unshare, mount)", "unshare", "-m", "sh", "-c", mount);
        Jvm.Result result = Jvm.onModulePath(WritingHoles.class)
                .under("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", "sh")
                .arguments(folder.resolve("file").toString())
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).isEqualTo("ENOSPC\n");
    }

    /** Writes to a file of one hole, larger than its file system, until that is full. */
    static final class WritingHoles {
        public static void main(String[] arguments) throws Exception {
            try (Fd file = Fd.open(Path.of(arguments[0]), LibC.O_RDWR() | LibC.O_CREAT(), 0600);
                    Arena arena = Arena.ofConfined();
                    MmapDriver driver = MmapDriver.open()) {
                await(driver, TestOperation.of(OperationKind.TRUNCATE, file).length(1 << 20));
                MemorySegment block = arena.allocate(1 << 15).fill((byte) 1);
                int result = 0;
                for (long at = 0; at < 1 << 20 && result >= 0; at += block.byteSize()) {
                    result = await(driver, TestOperation.write(file, block).inFile(at));
                }
                System.out.println(Errno.of(result));
            }
        }

        private static int await(Driver driver, TestOperation operation) throws IOException {
            driver.start(operation);
            while (!operation.isDone()) {
                driver.turn(-1);
            }
            return operation.result();
        }
    }
}
