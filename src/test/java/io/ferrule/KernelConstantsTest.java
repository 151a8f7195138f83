package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.epoll.Epoll;
import io.ferrule.testing.Generated;
import io.ferrule.uring.CompletionQueue;
import io.ferrule.uring.Feature;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.RegisterOpcode;
import io.ferrule.uring.SetupFlag;
import io.ferrule.uring.Sqe;
import io.ferrule.uring.UringFlags;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Constants that were written by hand have the values of the kernel's headers, and no enum misses one. */
class KernelConstantsTest {
    /** The kernel's own headers have them, liburing's copy and libc.h do not. */
    private static final Set<String> NOT_IN_THE_BINDINGS = Set.of(
            "IORING_NOP_FILE",
            "IORING_NOP_FIXED_FILE",
            "IORING_NOP_FIXED_BUFFER",
            "IORING_NOP_TW",
            "IORING_URING_CMD_MULTISHOT",
            "IO_URING_NAPI_REGISTER_OP",
            "IO_URING_NAPI_STATIC_ADD_ID",
            "IO_URING_NAPI_STATIC_DEL_ID",
            "IO_URING_NAPI_TRACKING_DYNAMIC",
            "IO_URING_NAPI_TRACKING_STATIC",
            "XATTR_CREATE",
            "XATTR_REPLACE");

    @ParameterizedTest
    @ValueSource(classes = {Epoll.class, Sqe.class, CompletionQueue.class, UringFlags.class})
    void publicConstantsHaveTheValuesOfTheHeaders(Class<?> type) {
        Map<String, Integer> ours = publicConstants(type);
        ours.keySet().removeAll(NOT_IN_THE_BINDINGS);
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
    void registerOpcodesAreThoseOfTheHeaders() {
        Map<String, Long> theirs = Generated.constants(LibUring.class, "IORING_(UN)?REGISTER_.*");
        theirs.keySet().removeAll(Set.of("IORING_REGISTER_LAST", "IORING_REGISTER_USE_REGISTERED_RING"));
        theirs.keySet().removeAll(publicConstants(UringFlags.class).keySet()); // flags of such operations
        assertThat(valuesOf(RegisterOpcode.values(), RegisterOpcode::number)).isEqualTo(theirs);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "IORING_TIMEOUT_.*",
                "IORING_LINK_TIMEOUT_.*",
                "IORING_POLL_.*",
                "IORING_ASYNC_CANCEL_.*",
                "IORING_RECV.*",
                "IORING_SEND_.*",
                "IORING_ACCEPT_.*",
                "IORING_MSG_.*",
                "IORING_FIXED_FD_.*",
                "IORING_NOP_.*",
                "IORING_RW_ATTR_FLAG_.*",
                "IOU_PBUF_RING_.*",
                "IORING_RSRC_.*",
                "SOCKET_URING_OP_.*"
            })
    void noFlagOfAnOperationIsMissing(String family) {
        Map<String, Long> theirs = Generated.constants(LibUring.class, family);
        theirs.keySet().removeIf(name -> name.endsWith("_MASK")); // several flags together
        assertThat(theirs).isNotEmpty();
        assertThat(publicConstants(UringFlags.class).keySet()).containsAll(theirs.keySet());
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

    /** Those named in the kernel's manner, in capitals. */
    private static Map<String, Integer> publicConstants(Class<?> type) {
        Map<String, Integer> constants = new TreeMap<>();
        for (Field field : type.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getName().matches("[A-Z][A-Z0-9_]+")) {
                constants.put(field.getName(), valueOf(field));
            }
        }
        return constants;
    }

    private static int valueOf(Field field) {
        try {
            return field.getInt(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field.toString(), e);
        }
    }
}
