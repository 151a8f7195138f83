package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Descriptor;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every public method of a ring and its parts, called after close and from a thread that does not own the ring: found by reflection, so none is forgotten. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MisuseTest {
    private static final List<Class<?>> PARTS = List.of(
            IoUring.class,
            SubmissionQueue.class,
            Sqe.class,
            CompletionQueue.class,
            Registration.class,
            BufferRing.class);

    /** They tell from memory what the ring was, or what the completion read last held. */
    private static final Set<String> TELL_FROM_MEMORY = Set.of(
            "IoUring.sq",
            "IoUring.cq",
            "IoUring.setupFlags",
            "IoUring.features",
            "IoUring.toString",
            "SubmissionQueue.entries",
            "CompletionQueue.entries",
            "CompletionQueue.userData",
            "CompletionQueue.res",
            "CompletionQueue.flags",
            "CompletionQueue.hasMore",
            "CompletionQueue.bufferId",
            "CompletionQueue.extra1",
            "CompletionQueue.extra2",
            "CompletionQueue.overflows",
            "BufferRing.group",
            "BufferRing.entries",
            "BufferRing.toString");

    /** A second close does nothing. */
    private static final Set<String> CLOSE = Set.of("IoUring.close", "BufferRing.close");

    /** Any thread may enable a ring that is disabled; this one is not. */
    private static final String ENABLE = "IoUring.enable";

    private static final String NEEDS_BUFFER_RINGS = "needs a kernel with IORING_REGISTER_PBUF_RING, Linux 5.19";

    private final Arena arena = Arena.ofShared();
    private final Fd file = openDevNull();

    /** A ring and one of each part of it. */
    private record Parts(
            IoUring ring,
            Sqe sqe,
            Registration registration,
            @Nullable BufferRing buffers) {
        static Parts open() throws IOException {
            IoUring ring = IoUring.open(8);
            ring.sq().next().nop();
            ring.submitAndWait(1);
            ring.cq().next();
            Registration registration = ring.register();
            return new Parts(ring, ring.sq().next(), registration, bufferRing(registration));
        }

        private static @Nullable BufferRing bufferRing(Registration registration) throws IOException {
            try {
                return registration.bufferRing(1, 4, 0);
            } catch (ErrnoException e) {
                if (e.errno() == Errno.EINVAL) {
                    return null; // this kernel has none
                }
                throw e;
            }
        }

        void need(Class<?> type) {
            assumeTrue(buffers != null || type != BufferRing.class, NEEDS_BUFFER_RINGS);
        }

        Object of(Class<?> type) {
            return Stream.of(ring, ring.sq(), sqe, ring.cq(), registration, buffers)
                    .filter(type::isInstance)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @AfterEach
    void free() throws IOException {
        arena.close();
        file.close();
    }

    static Stream<Method> guarded() {
        return methods().filter(m -> !TELL_FROM_MEMORY.contains(name(m)) && !CLOSE.contains(name(m)));
    }

    static Stream<Method> unguarded() {
        return methods().filter(m -> TELL_FROM_MEMORY.contains(name(m)));
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void afterCloseEachMethodSaysThatTheRingIsClosed(Method method) throws Exception {
        Parts parts = Parts.open();
        parts.ring().close();
        parts.need(method.getDeclaringClass());
        assertThat(call(method, parts))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the ring is closed");
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void anotherThreadIsToldWhoseRingItIs(Method method) throws Exception {
        String owner = Thread.currentThread().getName();
        Parts parts = Parts.open();
        try (IoUring ring = parts.ring()) {
            parts.need(method.getDeclaringClass());
            Throwable thrown = OtherThread.call("stranger", () -> call(method, parts));
            if (name(method).equals(ENABLE)) {
                assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessage("the ring is not disabled");
                return;
            }
            assertThat(thrown)
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessageContaining("belongs to thread \"" + owner + "\"")
                    .hasMessageContaining("this is \"stranger\"");
            ring.sq().next().nop().userData(1);
            assertThat(Completion.next(ring)).as("nothing has changed").isEqualTo(Completion.of(1, 0));
            assertThat(file.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("unguarded")
    void whatOnlyTellsFromMemoryGoesOnToTell(Method method) throws Exception {
        Parts parts = Parts.open();
        parts.ring().close();
        parts.need(method.getDeclaringClass());
        assertThat(call(method, parts)).isNull();
    }

    @Test
    void anotherThreadCannotCloseARing() throws Exception {
        try (IoUring ring = IoUring.open(4)) {
            assertThat(OtherThread.call("stranger", () -> catchThrowable(ring::close)))
                    .isInstanceOf(WrongThreadException.class);
            ring.sq().next().nop();
            assertThat(Completion.result(ring)).isZero();
        }
    }

    @Test
    void anotherThreadMayCloseAgainWhatIsClosed() throws Exception {
        IoUring ring = IoUring.open(4);
        ring.close();
        assertThat(OtherThread.call("stranger", () -> catchThrowable(ring::close)))
                .isNull();
    }

    @Test
    void partsOfAClosedRingCanBeClosedInAnyOrder() throws IOException {
        Parts parts = Parts.open();
        parts.ring().close();
        parts.need(BufferRing.class);
        assertThatCode(() -> {
                    parts.buffers().close();
                    parts.buffers().close();
                    parts.ring().close();
                })
                .doesNotThrowAnyException();
    }

    /** What a call of a method with arguments that are in order throws; null when it returns. */
    private Throwable call(Method method, Parts parts) throws IllegalAccessException {
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(type -> argument(method, type))
                .toArray();
        try {
            method.invoke(parts.of(method.getDeclaringClass()), arguments);
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        }
    }

    private Object argument(Method method, Class<?> type) {
        if (type == int.class) {
            return 1;
        }
        if (type == long.class) {
            return 1L;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == Fd.class || type == Descriptor.class) {
            return file;
        }
        if (type == DirectDescriptor.class) {
            return DirectDescriptor.of(0);
        }
        if (type == MemorySegment.class) {
            return arena.allocate(method.getName().equals("command") ? 16 : 4096, 64);
        }
        if (type == IovecArray.class) {
            return IovecArray.allocate(arena, 1);
        }
        if (type == CompletionHandler.class) {
            return (CompletionHandler) (userData, res, flags) -> {};
        }
        if (type == MemorySegment[].class) {
            return new MemorySegment[] {arena.allocate(16)};
        }
        if (type == Fd[].class) {
            return new Fd[] {file};
        }
        if (type == long[].class) {
            return new long[] {1};
        }
        if (type == Opcode.class) {
            return Opcode.IORING_OP_READ;
        }
        if (type == BitSet.class) {
            return new BitSet();
        }
        if (type == Restrictions.class) {
            return new Restrictions();
        }
        if (type == Registration.WorkerLimits.class) {
            return new Registration.WorkerLimits(0, 0);
        }
        return null; // another ring, or a part of one
    }

    private static Stream<Method> methods() {
        return PARTS.stream()
                .flatMap(part -> Arrays.stream(part.getDeclaredMethods()))
                .filter(m -> Modifier.isPublic(m.getModifiers()) && !Modifier.isStatic(m.getModifiers()))
                .sorted(Comparator.comparing(Method::toString));
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    private static Fd openDevNull() {
        try {
            return Fd.open(Path.of("/dev/null"), LibC.O_RDONLY(), 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
