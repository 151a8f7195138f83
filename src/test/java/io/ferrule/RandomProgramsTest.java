package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/**
 * The same program gives the same bytes, results and types of error on every driver. Programs are random; the message of a failure has the seed, the
 * steps and the first that differs.
 */
@EveryDriver
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RandomProgramsTest {
    /** Wherever there is Linux. */
    private static final String REFERENCE = "epoll";

    private static final int PROGRAMS = 25;
    private static final int LONG_DOSE = 500;
    private static final int STEPS = 60;

    /** Another one each day would find more, and what it found could not be found again tomorrow. */
    private static final long FIRST_SEED = Long.getLong("ferrule.test.seed", 2026);

    @Parameter
    String driver;

    @TempDir
    Path folder;

    @Test
    void aProgramDoesTheSameOnEveryDriver() throws Exception {
        compare(FIRST_SEED, PROGRAMS);
    }

    @Test
    @Tag("soak")
    @Timeout(600)
    void manyProgramsDoTheSameOnEveryDriver() throws Exception {
        compare(FIRST_SEED + PROGRAMS, LONG_DOSE);
    }

    private void compare(long first, int count) throws Exception {
        for (long seed = first; seed < first + count; seed++) {
            RandomProgram program = RandomProgram.generate(seed, STEPS, Drivers.lacking(driver));
            List<String> expected = run(program, REFERENCE, "reference-" + seed);
            List<String> actual = run(program, driver, "driver-" + seed);
            // Line by line: the first that differs says more than all.
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i))
                        .as("line %d of the program of seed %d on %s, beside %s", i, seed, driver, REFERENCE)
                        .isEqualTo(expected.get(i));
            }
            assertThat(actual).hasSameSizeAs(expected);
        }
    }

    /** What came of each step, and what the folder holds afterwards. */
    private List<String> run(RandomProgram program, String driver, String name) throws Exception {
        Path home = Files.createDirectory(folder.resolve(name));
        List<String> trace = new ArrayList<>();
        try (Loop loop = Loop.start(LoopOptions.defaults().driver(driver))) {
            RandomMachine machine = new RandomMachine(loop, home);
            for (RandomProgram.Step step : program.steps()) {
                trace.add(step + " -> " + machine.run(step));
            }
        }
        try (Stream<Path> left = Files.walk(home)) {
            left.sorted().forEach(path -> trace.add(RandomMachine.describe(home, path)));
        }
        return trace;
    }
}
