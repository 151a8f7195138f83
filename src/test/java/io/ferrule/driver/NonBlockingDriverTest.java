package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Trying again and again, but not too often. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, names = "NONBLOCKING")
class NonBlockingDriverTest extends DriverTest {
    private final MemorySegment buffer = arena.allocate(64);

    private long rounds() {
        return ((NonBlockingDriver) driver).rounds;
    }

    @Test
    void roundsInVainComeAMillisecondApartInTheEnd() throws IOException {
        start(TestOperation.read(pipe().reader(), buffer));
        turnUntilQuiet();
        long before = rounds();
        int millis = 100;
        driver.turn(millis * 1_000_000L);
        // 16 without a pause, about 5 until the pause has grown, the last when the time is up.
        assertThat(rounds() - before).isBetween(1L, millis + 16L + 5 + 2);
    }

    @Test
    void whereNothingWaitsThereAreNoRounds() throws IOException {
        driver.turn(0);
        long before = rounds();
        driver.turn(20_000_000);
        assertThat(rounds() - before).isEqualTo(1);
    }

    @Test
    void whatIsDoneIsTriedNoMore() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        pipe.write("x");
        await(read);
        turnUntilQuiet();
        long before = rounds();
        driver.turn(20_000_000);
        assertThat(rounds() - before).isEqualTo(1);
    }

    @Test
    void filesAreDoneOnThisThreadAndTheResultComesWithTheNextTurn(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "hello");
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        TestOperation read = start(TestOperation.read(file, buffer).inFile(0));
        assertThat(read.isDone()).isFalse();
        assertThat(driver.turn(FOR_EVER)).isEqualTo(1);
        assertThat(text(buffer, read.result())).isEqualTo("hello");
    }
}
