package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.testing.Generated;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrnoTest {
    @Test
    void namesAndNumbersAreThoseOfTheHeaders() {
        // Second names of numbers that are in the table under the first.
        Map<String, Long> theirs = Generated.constants(
                LibC.class, "E(?!WOULDBLOCK|DEADLOCK|NOTSUP|FSBADCRC|FSCORRUPTED|FTYPE|POLL)[A-Z0-9]+");
        Map<String, Long> ours = new TreeMap<>();
        for (Errno errno : Errno.values()) {
            ours.put(errno.name(), (long) errno.number());
        }
        assertThat(ours).isEqualTo(theirs);
    }

    @Test
    void theTextIsTheCLibrarysOwn() throws Throwable {
        Optional<MemorySegment> function = Linker.nativeLinker().defaultLookup().find("strerrordesc_np");
        assumeTrue(function.isPresent(), "needs strerrordesc_np, which glibc has from 2.32 on");
        MethodHandle strerror = Linker.nativeLinker()
                .downcallHandle(function.get(), FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        for (Errno errno : Errno.values()) {
            MemorySegment text = (MemorySegment) strerror.invokeExact(errno.number());
            assertThat(errno.text())
                    .as(errno.name())
                    .isEqualTo(text.reinterpret(Long.MAX_VALUE).getString(0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsNumberOfEitherSign(Errno errno) {
        assertThat(Errno.of(errno.number())).isEqualTo(errno);
        assertThat(Errno.of(-errno.number())).isEqualTo(errno);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 41, 134, -134, 4095, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aNumberThatIsNoErrorIsNull(int number) {
        assertThat(Errno.of(number)).isNull();
    }

    @Test
    void anUnknownNumberIsNamedByItsDigits() {
        assertThat(Errno.nameOf(-4095)).isEqualTo("errno 4095");
    }
}
