package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.testing.Generated;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the C compiler saw is what the bindings were generated from, and a difference is an error that says which. */
class AbiTest {
    /** The bindings were read out of x86-64 headers; these differ elsewhere, and the code asks the table for them. */
    private static final List<String> OF_ONE_ARCHITECTURE = List.of(
            "sizeof epoll_event",
            "epoll_event.data",
            "O_DIRECT",
            "O_DIRECTORY",
            "O_NOFOLLOW",
            "O_TMPFILE",
            "sizeof statx");

    @BeforeAll
    static void load() {
        NativeLibrary.load();
    }

    /** Every entry but the numbers of system calls, which the bindings do not have. */
    static Stream<String> entries() {
        return Abi.names().stream().filter(name -> !name.startsWith("SYS_"));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theHelperAndTheBindingsAgree(String entry) {
        assumeTrue(
                NativeLibrary.resource().contains("x86_64") || !OF_ONE_ARCHITECTURE.contains(entry),
                "the bindings know the x86-64 value only");
        assertThat(Abi.value(entry)).isEqualTo(Math.toIntExact(generated(entry)));
    }

    private static long generated(String entry) {
        if (entry.startsWith("sizeof ")) {
            return Generated.sizeOf(entry.substring("sizeof ".length()));
        }
        int dot = entry.indexOf('.');
        return dot < 0
                ? Generated.constant(entry)
                : Generated.offsetOf(entry.substring(0, dot), entry.substring(dot + 1));
    }

    @Test
    void aRightExpectationPasses() {
        Abi.require("sizeof io_uring_sqe", 64);
        assertThat(Abi.value("sizeof io_uring_sqe")).isEqualTo(64);
    }

    @Test
    void aWrongExpectationIsAnErrorThatNamesBothValues() {
        assertThatThrownBy(() -> Abi.require("sizeof io_uring_sqe", 72))
                .isInstanceOf(LinkageError.class)
                .hasMessageStartingWith("memory layout differs: sizeof io_uring_sqe is 64 in the helper library "
                        + NativeLibrary.location() + " and 72 in this version of Ferrule");
    }

    @Test
    void anEntryThatTheLibraryDoesNotHaveIsAnErrorThatNamesBoth() {
        assertThatThrownBy(() -> Abi.value("sizeof unicorn"))
                .isInstanceOf(LinkageError.class)
                .hasMessageContaining("the helper library " + NativeLibrary.location())
                .hasMessageContaining("does not know sizeof unicorn");
    }
}
