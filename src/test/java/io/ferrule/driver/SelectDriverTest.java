package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.rlimit;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code select} beyond where the C library's set of descriptors ends. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, names = "SELECT")
class SelectDriverTest extends DriverTest {
    /** The C library's FD_SETSIZE. */
    private static final int SET_SIZE = 1024;

    private static final int ROOM = 6000;

    @BeforeEach
    void raiseTheLimit() {
        MemorySegment limit = rlimit.allocate(arena);
        assertThat(LibC.getrlimit(LibC.RLIMIT_NOFILE(), limit)).isZero();
        assumeTrue(
                Long.compareUnsigned(rlimit.rlim_max(limit), ROOM) >= 0,
                "needs the right to open 6,000 files; see ulimit -Hn");
        if (Long.compareUnsigned(rlimit.rlim_cur(limit), ROOM) < 0) {
            rlimit.rlim_cur(limit, ROOM);
            assertThat(LibC.prlimit(0, LibC.RLIMIT_NOFILE(), limit, MemorySegment.NULL))
                    .isZero();
        }
    }

    /** Another descriptor of the same file, whose number is at least this. */
    private Fd duplicateFrom(int number, Fd fd) {
        return descriptor(SystemCall.invoke(SystemCall.FCNTL, fd.number(), LibC.F_DUPFD_CLOEXEC(), number));
    }

    @Test
    void aDescriptorBeyondTheSetSizeIsServed() throws IOException {
        Pipe pipe = pipe();
        Fd high = duplicateFrom(5000, pipe.reader());
        assertThat(high.number()).isGreaterThanOrEqualTo(5000);
        MemorySegment buffer = arena.allocate(8);
        TestOperation read = start(TestOperation.read(high, buffer));
        turnUntilQuiet();
        assertThat(read.isDone()).isFalse();
        pipe.write("x");
        assertThat(await(read)).isEqualTo(1);
    }

    @Test
    void onlyThoseThatAreReadyAreServedOnBothSidesOfTheSetSize() throws IOException {
        int[] numbers = {SET_SIZE - 1, SET_SIZE, SET_SIZE + 1, SET_SIZE + 63, SET_SIZE + 64, 2 * SET_SIZE, 4999, 5000};
        List<Pipe> pipes = new ArrayList<>();
        List<TestOperation> reads = new ArrayList<>();
        for (int number : numbers) {
            Pipe pipe = pipe();
            pipes.add(pipe);
            reads.add(start(TestOperation.read(duplicateFrom(number, pipe.reader()), arena.allocate(8))));
        }
        turnUntilQuiet();
        for (int i = 0; i < numbers.length; i++) {
            assertThat(reads.subList(i, numbers.length)).noneMatch(TestOperation::isDone);
            pipes.get(i).write("x");
            assertThat(await(reads.get(i))).isEqualTo(1);
            turnUntilQuiet();
        }
    }

    @Test
    void aWriterBeyondTheSetSizeWaitsForRoom() throws IOException {
        Pipe pipe = pipe();
        Fd high = duplicateFrom(5000, pipe.writer());
        long filled = fill(high);
        TestOperation write = start(TestOperation.write(high, bytes("x")));
        turnUntilQuiet();
        assertThat(write.isDone()).isFalse();
        drain(pipe.reader(), filled);
        assertThat(await(write)).isEqualTo(1);
    }

    @Test
    void theSetsHoldExactlyWhatWasPutIn() {
        Random random = new Random(5);
        try (Arena memory = Arena.ofConfined()) {
            SelectSets sets = new SelectSets(memory);
            TreeSet<Integer> expected = new TreeSet<>();
            for (int i = 0; i < 20_000; i++) {
                int fd = random.nextInt(1 + random.nextInt(20_000));
                boolean in = random.nextBoolean();
                sets.set(i % 3, fd, in);
                sets.set((i + 1) % 3, fd, in);
                sets.set((i + 2) % 3, fd, in);
                if (in) {
                    expected.add(fd);
                } else {
                    expected.remove(fd);
                }
            }
            TreeSet<Integer> found = new TreeSet<>();
            for (int word = 0; word < sets.words(); word++) {
                for (long left = sets.wantedInAny(word); left != 0; left &= left - 1) {
                    found.add(word * Long.SIZE + Long.numberOfTrailingZeros(left));
                }
            }
            assertThat(found).isEqualTo(expected);
            for (int fd : expected) {
                for (int set = 0; set < 3; set++) {
                    sets.set(set, fd, false);
                }
            }
            assertThat(sets.words()).as("nothing is left").isZero();
        }
    }
}
