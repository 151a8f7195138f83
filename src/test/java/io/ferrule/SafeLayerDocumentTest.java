package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The classes that docs/safe-layer.md names are there, and so are the tests of the rules. */
class SafeLayerDocumentTest {
    private static final Path BASE = Path.of(System.getProperty("ferrule.test.basedir"));
    private static final Pattern RULE = Pattern.compile("(?m)^\\| (\\d+) \\| [^|]+ \\| ([^|]+) \\|$");
    private static final Pattern CLASS = Pattern.compile("`((?:[a-z]+\\.)?[A-Z]\\w+)[.\\w]*`");

    @TestFactory
    Stream<DynamicTest> eachClassThatKeepsARuleIsThere() throws IOException {
        return rules().stream()
                .flatMap(rule -> CLASS.matcher(rule.group(2)).results())
                .map(name -> name.group(1))
                .distinct()
                .map(name -> DynamicTest.dynamicTest(
                        name,
                        () -> assertThat(Class.forName("io.ferrule." + name)).isNotNull()));
    }

    @Test
    void eachRuleHasItsTest() throws IOException {
        List<String> numbers = rules().stream().map(rule -> rule.group(1)).toList();
        assertThat(numbers)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 12).mapToObj(String::valueOf).toList());
        for (String number : numbers) {
            String name = String.format("Rule%02d", Integer.parseInt(number));
            try (Stream<Path> tests = Files.walk(BASE.resolve("src/test/java/io/ferrule"))) {
                assertThat(tests).anyMatch(test -> test.getFileName().toString().startsWith(name));
            }
        }
    }

    private static List<MatchResult> rules() throws IOException {
        String document = Files.readString(BASE.resolve("docs/safe-layer.md"));
        return RULE.matcher(document).results().toList();
    }
}
