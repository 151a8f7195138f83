package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 6: after close every public method throws IllegalStateException, and a second close does nothing. Methods are found by reflection, so none is
 * forgotten.
 */
class Rule06AfterCloseTest extends LoopContract {
    /** They tell what the object was, from memory; the threads that wait for a close may ask. */
    private static final Set<String> TELL_FROM_MEMORY = Set.of(
            "toString",
            "Loop.description",
            "Loop.driverName",
            "Loop.counters",
            "Handle.loop",
            "Handle.isOpen",
            "File.directAlignment",
            "File.path",
            "Loop.paths",
            "Buffer.size",
            "Buffer.isInFlight",
            "Lease.length",
            "Transfer.moved",
            "BufferPool.available",
            "BufferPool.bufferSize",
            "BufferLeases.count",
            "BufferLeases.bufferSize",
            "BufferLeases.out",
            "BufferLeases.lost",
            "Subscription.isOver",
            "Subscription.end");

    /** A second one does nothing; nor does the end of what is over. */
    private static final Set<String> CLOSE = Set.of("close", "closeAsync", "closeWhenFree", "cancel");

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> aHandleThatIsClosed() throws Exception {
        return guarded(closedHandles(), call -> {
            Throwable thrown = call.get();
            assertThat(thrown).isInstanceOf(IllegalStateException.class);
            assertThat(thrown.getMessage()).contains("closed");
        });
    }

    @TestFactory
    List<DynamicTest> aHandleWhoseLoopIsClosed() throws Exception {
        Map<Object, Class<?>> handles = openHandles();
        handles.put(loop, Loop.class);
        handles.put(requests(), Transfer.class);
        loop.close();
        return guarded(handles, call -> assertThat(call.get()).isInstanceOf(IllegalStateException.class));
    }

    @TestFactory
    List<DynamicTest> whatOnlyTellsFromMemoryGoesOnToTell() throws Exception {
        Map<Object, Class<?>> handles = closedHandles();
        handles.put(loop, Loop.class);
        loop.close();
        return tests(
                handles,
                m -> isIn(TELL_FROM_MEMORY, m),
                call -> assertThat(call.get()).isNull());
    }

    @TestFactory
    List<DynamicTest> aSecondCloseDoesNothing() throws Exception {
        Map<Object, Class<?>> handles = closedHandles();
        handles.put(loop, Loop.class);
        loop.close();
        return tests(
                handles,
                m -> isIn(CLOSE, m) && m.getParameterCount() == 0,
                call -> assertThat(call.get()).isNull());
    }

    @Test
    void aBufferThatIsClosedRefusesEverything() {
        Buffer buffer = Buffer.allocate(64);
        buffer.close();
        for (Method each : methods(Buffer.class)
                .filter(m -> !isIn(TELL_FROM_MEMORY, m) && !isIn(CLOSE, m))
                .toList()) {
            assertThat(call(each, buffer)).as(each.toString()).isInstanceOf(IllegalStateException.class);
        }
        assertThatCode(buffer::close).doesNotThrowAnyException();
    }

    @Test
    void aClosedBufferIsRefusedByARequest() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(64);
        Transfer receive = pair.server().receive(buffer);
        buffer.close();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(receive::future))
                .isInstanceOf(IllegalStateException.class);
        assertReaches(pair.client(), pair.server());
    }

    @Test
    void aRequestThatIsOverCannotBeBegunAgain() throws Exception {
        Pair pair = connected();
        send(pair.client(), "xx");
        Transfer receive = pair.server().receive(Buffer.allocate(1));
        receive.await();
        for (Method each :
                methods(Transfer.class).filter(m -> !isIn(TELL_FROM_MEMORY, m)).toList()) {
            assertThat(onLoop(() -> call(each, receive))).as(each.toString()).isInstanceOf(IllegalStateException.class);
        }
        assertThat(receive(pair.server(), 1)).isEqualTo("x");
    }

    @Test
    void poolsAndLeasesThatAreClosedRefuseEverything() throws Exception {
        BufferPool pool = loop.pool(1, 64);
        pool.close();
        BufferLeases leases = loop.leases(1, 64);
        leases.close();
        for (Method each : methods(BufferPool.class)
                .filter(m -> !isIn(TELL_FROM_MEMORY, m) && !isIn(CLOSE, m))
                .toList()) {
            assertThat(call(each, pool)).as(each.toString()).isInstanceOf(IllegalStateException.class);
        }
        Pair pair = connected();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> pair.server().receiveAll(leases, (lease, end) -> {})))
                .isInstanceOf(IllegalStateException.class);
        pool.close();
        leases.close();
    }

    // ---- what is closed ----

    private Map<Object, Class<?>> openHandles() throws Exception {
        Map<Object, Class<?>> handles = new LinkedHashMap<>();
        Listener listener = listener();
        Pair pair = connected(listener);
        handles.put(pair.client(), Connection.class);
        handles.put(listener, Listener.class);
        handles.put(
                loop.openFile(Files.writeString(folder.resolve("file"), "text")).await(), File.class);
        return handles;
    }

    private Map<Object, Class<?>> closedHandles() throws Exception {
        Map<Object, Class<?>> handles = openHandles();
        for (Object each : handles.keySet()) {
            ((Handle) each).close();
        }
        return handles;
    }

    /** A request that was described and not begun. */
    private Transfer requests() throws Exception {
        return connected().server().receive(Buffer.allocate(8));
    }

    // ---- calls ----

    /** A call with arguments that are in order. */
    private interface Call {
        /** What it throws; null when it returns. */
        Throwable get() throws Exception;
    }

    private interface Expectation {
        void of(Call call) throws Exception;
    }

    private List<DynamicTest> guarded(Map<Object, Class<?>> objects, Expectation expectation) {
        return tests(objects, m -> !isIn(TELL_FROM_MEMORY, m) && !isIn(CLOSE, m), expectation);
    }

    private List<DynamicTest> tests(
            Map<Object, Class<?>> objects, java.util.function.Predicate<Method> which, Expectation expectation) {
        return objects.entrySet().stream()
                .flatMap(entry -> methods(entry.getValue())
                        .filter(which)
                        .map(method -> dynamicTest(
                                entry.getValue().getSimpleName() + "." + method.getName()
                                        + Arrays.toString(method.getParameterTypes()),
                                () -> expectation.of(() -> call(method, entry.getKey())))))
                .toList();
    }

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(m -> m.getDeclaringClass().getPackage() == Loop.class.getPackage())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge())
                .sorted(Comparator.comparing(Method::toString));
    }

    private static boolean isIn(Set<String> names, Method method) {
        return names.contains(method.getName())
                || names.contains(method.getDeclaringClass().getSimpleName() + "." + method.getName());
    }

    private Throwable call(Method method, Object object) {
        try {
            method.setAccessible(true);
            Object result = method.invoke(
                    object,
                    Arrays.stream(method.getParameterTypes())
                            .map(this::argument)
                            .toArray());
            if (result instanceof Request request && !(result instanceof Subscription)) {
                throw new AssertionError(method + " described " + request);
            }
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private Object argument(Class<?> type) {
        if (type == int.class) {
            return 1;
        }
        if (type == long.class) {
            return 1L;
        }
        if (type == byte.class) {
            return (byte) 1;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == byte[].class) {
            return new byte[4];
        }
        if (type == Buffer.class) {
            return Buffer.allocate(64);
        }
        if (type == Buffer[].class) {
            return new Buffer[] {Buffer.allocate(64)};
        }
        if (type == MemorySegment.class) {
            return Arena.ofAuto().allocate(64);
        }
        if (type == Path.class) {
            return folder.resolve("none");
        }
        if (type == String.class) {
            return "text";
        }
        if (type == Charset.class) {
            return StandardCharsets.UTF_8;
        }
        if (type == Duration.class) {
            return Duration.ofSeconds(1);
        }
        if (type == SocketAddress.class) {
            return LOOPBACK;
        }
        if (type == SocketOption.class) {
            return StandardSocketOptions.SO_RCVBUF;
        }
        if (type == Object.class) {
            return 4096;
        }
        if (type == ListenOptions.class) {
            return ListenOptions.defaults();
        }
        if (type == OpenOption[].class) {
            return new OpenOption[0];
        }
        if (type == Runnable.class) {
            return (Runnable) () -> {};
        }
        if (type == TransferCallback.class) {
            return (TransferCallback) (bytes, error) -> {};
        }
        if (type == Callback.class) {
            return (Callback<Object>) (value, error) -> {};
        }
        if (type == StreamCallback.class) {
            return (StreamCallback<Object>) (value, end) -> {};
        }
        if (type == PeerAddress.class) {
            return new PeerAddress(LOOPBACK);
        }
        if (CompletionStage.class.isAssignableFrom(type)) {
            throw new AssertionError("no argument of type " + type);
        }
        return null;
    }
}
