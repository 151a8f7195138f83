package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The tests that docs/liburing-tests.md names are there. */
class LiburingTestsDocumentTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([\\w-]+) \\| .+ \\| (.+) \\|$");
    private static final Pattern NAME = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
    private static final List<String> PACKAGES = List.of("io.ferrule.uring.", "io.ferrule.sys.", "io.ferrule.");

    @TestFactory
    Stream<DynamicTest> eachTestThatIsNamedIsThere() throws IOException {
        return NAME.matcher(document())
                .results()
                .map(MatchResult::group)
                .distinct()
                .map(name -> DynamicTest.dynamicTest(name, () -> assertIsThere(name)));
    }

    @Test
    void eachProgramHasOneRowWithATestOrAReason() throws IOException {
        List<MatchResult> rows = ROW.matcher(document()).results().toList();
        List<String> programs = rows.stream().map(row -> row.group(1)).toList();
        assertThat(programs).doesNotHaveDuplicates().isSorted().contains("nop", "zcrx");
        assertThat(document()).contains("comes with " + programs.size() + " programs");
        assertThat(rows)
                .allMatch(row -> NAME.matcher(row.group(2)).find()
                        || row.group(2).contains("does not apply: ")
                        || row.group(2).contains("**not covered:** "));
    }

    private static void assertIsThere(String quoted) {
        MatchResult name = NAME.matcher(quoted).results().findFirst().orElseThrow();
        Class<?> type = PACKAGES.stream()
                .flatMap(prefix -> find(prefix + name.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no class " + name.group(1)));
        if (name.group(2) != null) {
            Stream<Method> methods = Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class));
            assertThat(methods).extracting(Method::getName).contains(name.group(2));
        }
    }

    private static Stream<Class<?>> find(String name) {
        try {
            return Stream.of(Class.forName(name));
        } catch (ClassNotFoundException e) {
            return Stream.empty();
        }
    }

    private static String document() throws IOException {
        return Files.readString(Path.of(System.getProperty("ferrule.test.basedir"), "docs", "liburing-tests.md"));
    }
}
