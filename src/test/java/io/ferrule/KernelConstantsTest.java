package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.epoll.Epoll;
import io.ferrule.testing.Generated;
import io.ferrule.uring.CompletionQueue;
import io.ferrule.uring.Feature;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.SetupFlag;
import io.ferrule.uring.Sqe;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Constants that were written by hand have the values of the kernel's headers, and no enum misses one. */
class KernelConstantsTest {
    @ParameterizedTest
    @ValueSource(classes = {Epoll.class, Sqe.class, CompletionQueue.class})
    void publicConstantsHaveTheValuesOfTheHeaders(Class<?> type) throws IllegalAccessException {
        Map<String, Integer> ours = publicConstants(type);
        Map<String, Integer> theirs = new TreeMap<>();
        ours.keySet().forEach(name -> theirs.put(name, (int) Generated.constant(name)));
        assertThat(ours).isNotEmpty().isEqualTo(theirs);
    }

    @Test
    void opcodesAreThoseOfTheHeaders() {
        Map<String, Long> theirs = Generated.constants(LibUring.class, "IORING_OP_.*");
        theirs.remove("IORING_OP_LAST");
        assertThat(valuesOf(Opcode.values(), Opcode::number)).isEqualTo(theirs);
    }

    @Test
    void setupFlagsAreThoseOfTheHeaders() {
        assertThat(valuesOf(SetupFlag.values(), SetupFlag::bit))
                .isEqualTo(Generated.constants(LibUring.class, "IORING_SETUP_.*"));
    }

    @Test
    void featuresAreThoseOfTheHeaders() {
        assertThat(valuesOf(Feature.values(), Feature::bit))
                .isEqualTo(Generated.constants(LibUring.class, "IORING_FEAT_.*"));
    }

    private static <E extends Enum<E>> Map<String, Long> valuesOf(E[] all, ToIntFunction<E> value) {
        Map<String, Long> values = new TreeMap<>();
        Stream.of(all).forEach(each -> values.put(each.name(), (long) value.applyAsInt(each)));
        return values;
    }

    /** Those named in the kernel's manner, in capitals after a prefix of the kernel's. */
    private static Map<String, Integer> publicConstants(Class<?> type) throws IllegalAccessException {
        Map<String, Integer> constants = new TreeMap<>();
        for (Field field : Arrays.asList(type.getFields())) {
            if (Modifier.isStatic(field.getModifiers()) && field.getName().matches("(EPOLL|IO).*")) {
                constants.put(field.getName(), field.getInt(null));
            }
        }
        return constants;
    }
}
