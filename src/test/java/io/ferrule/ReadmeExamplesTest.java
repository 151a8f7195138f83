package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What README.md shows compiles against the library as a user has it, and runs. */
@Tag("subprocess")
@Timeout(60)
class ReadmeExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?class (\\w+).*?)```", Pattern.DOTALL);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"VirtualThreadExample", "FutureExample", "CallbackExample"})
    void theExampleInEachStyleRuns(String name) throws Exception {
        assertThat(run(name)).isEqualTo("hello came back\n");
    }

    @Test
    void theLockedExampleIsRefusedWhatItDoesNotNeed() throws Exception {
        assertThat(run("LockedExample"))
                .containsPattern("[1-9]\\d* bytes read\\nrefused: this loop is locked down and does no ftruncate");
    }

    @Test
    void theRingExampleRuns() throws Exception {
        assertThat(run("RingExample")).containsPattern("request 42 read [1-9]\\d* bytes");
    }

    @Test
    void theEpollExampleRuns() throws Exception {
        assertThat(run("EpollExample")).contains("the pipe has 6 bytes: hello");
    }

    private String run(String name) throws Exception {
        Path source = directory.resolve(name + ".java");
        Files.writeString(source, sourceOf(name));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("ferrule.test.classes"),
                        source.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private static String sourceOf(String name) throws Exception {
        String readme = Files.readString(Path.of(System.getProperty("ferrule.test.basedir"), "README.md"));
        Stream<MatchResult> examples = EXAMPLE.matcher(readme).results();
        return examples.filter(e -> e.group(2).equals(name))
                .findFirst()
                .orElseThrow()
                .group(1);
    }
}
