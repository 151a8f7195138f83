package io.ferrule.testing;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Which tests say by {@link Covers} that they exercise which part of the kernel's interface. */
final class CoveringTests {
    /**
     * A test.
     *
     * @param name {@code package.Class.method}
     * @param butOnly as {@link Covers#butOnly}
     */
    record CoveringTest(String name, String butOnly) {}

    private final Map<String, List<CoveringTest>> testsByName = new TreeMap<>();

    /** Of these classes. */
    CoveringTests(List<Class<?>> classes) {
        for (Class<?> type : classes) {
            for (Method method : type.getDeclaredMethods()) {
                if (AnnotationSupport.isAnnotated(method, Testable.class)) {
                    String test = type.getName() + "." + method.getName();
                    add(test, type.getAnnotation(Covers.class));
                    add(test, method.getAnnotation(Covers.class));
                }
            }
        }
    }

    /** Of all classes below a folder, which is on the class path. */
    static CoveringTests in(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return new CoveringTests(files.map(file -> folder.relativize(file).toString())
                    .filter(file -> file.endsWith("Test.class"))
                    .<Class<?>>map(file -> type(file.replaceFirst(".class$", "").replace('/', '.')))
                    .toList());
        }
    }

    /** The names that tests cover. */
    Set<String> names() {
        return testsByName.keySet();
    }

    /** The tests that cover a name. */
    List<CoveringTest> of(String name) {
        return testsByName.getOrDefault(name, List.of());
    }

    private void add(String test, Covers covers) {
        if (covers != null) {
            for (String name : covers.value()) {
                testsByName
                        .computeIfAbsent(name, key -> new ArrayList<>())
                        .add(new CoveringTest(test, covers.butOnly()));
            }
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, false, CoveringTests.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(name + " is not on the class path", e);
        }
    }
}
