package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.ferrule.sys.Fd;
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
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 6: after close every public method throws IllegalStateException, and a second close does nothing. Types and methods are found by reflection, so none
 * is forgotten: a new type has to be added to one of the tables here, and a new method that does not throw to one of the lists.
 */
class Rule06AfterCloseTest extends LoopContract {
    /** They tell what the object was, from memory; the threads that wait for a close may ask. */
    private static final Set<String> TELL_FROM_MEMORY = Set.of(
            "toString",
            "equals",
            "hashCode",
            "Loop.description",
            "Loop.driverName",
            "Loop.counters",
            "Loop.paths",
            "LoopGroup.next",
            "LoopGroup.size",
            "LoopGroup.get",
            "LoopGroup.iterator",
            "Handle.loop",
            "Handle.isOpen",
            "File.directAlignment",
            "File.path",
            "Signals.signals",
            "Relay.moved",
            "Relay.held",
            "ConnectionPair.first",
            "ConnectionPair.second",
            "PipeEnds.reader",
            "PipeEnds.writer",
            "ReadBatch.count",
            "ReadBatch.failures",
            "ReadBatch.bytes",
            "ReadBatch.error",
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

    /** A second one does nothing; nor does the end, or a pause, of what is over. */
    private static final Set<String> CLOSE = Set.of(
            "close",
            "closeAsync",
            "closeWhenFree",
            "Subscription.cancel",
            "Subscription.pause",
            "Subscription.resume",
            "ReadBatch.clear");

    /** What has a life that ends, by itself or with its loop. */
    private static final Set<Class<?>> MORTAL = Set.of(
            Loop.class,
            LoopGroup.class,
            Connection.class,
            ConnectionPair.class,
            Listener.class,
            Datagrams.class,
            File.class,
            PipeReader.class,
            PipeWriter.class,
            PipeEnds.class,
            Signals.class,
            Relay.class,
            Timer.class,
            PathOperations.class,
            Adoption.class,
            ReadBatch.class,
            Transfer.class,
            Task.class,
            Subscription.class,
            Buffer.class,
            BufferPool.class,
            BufferLeases.class,
            Lease.class);

    /** What has none: values, callbacks and what others are made of. Exceptions are not listed. */
    private static final Set<Class<?>> IMMORTAL = Set.of(
            Request.class,
            Handle.class,
            SocketHandle.class,
            Message.class,
            Source.class,
            Sink.class,
            Callback.class,
            TransferCallback.class,
            StreamCallback.class,
            SignalCallback.class,
            StreamEnd.class,
            StreamEnd.Reason.class,
            LoopOptions.class,
            ListenOptions.class,
            LoopCounters.class,
            DriverInfo.class,
            DirectAlignment.class,
            ExitStatus.class,
            ExitStatus.Kind.class,
            FileOption.class,
            FileStatus.class,
            FileType.class,
            PeerAddress.class,
            Signal.class);

    @TempDir
    Path folder;

    private final Map<Object, Class<?>> subjects = new LinkedHashMap<>();

    // ---- nothing is forgotten ----

    @Test
    void everyPublicTypeIsInOneOfTheTables() throws Exception {
        Set<String> known = new TreeSet<>();
        Stream.concat(MORTAL.stream(), IMMORTAL.stream()).forEach(each -> known.add(each.getName()));
        assertThat(publicTypes()).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void everyTypeThatHasALifeIsTried() throws Exception {
        openAll();
        Set<Class<?>> tried = Set.copyOf(subjects.values());
        for (Class<?> each : MORTAL) {
            if (!Signals.class.equals(each) && !ConnectionPair.class.equals(each) && !Adoption.class.equals(each)) {
                assertThat(tried).contains(each);
            }
        }
        if (Drivers.has(driver, Drivers.Feature.POLL) && Drivers.has(driver, Drivers.Feature.FOREIGN_DESCRIPTORS)) {
            assertThat(tried).containsExactlyInAnyOrderElementsOf(MORTAL);
        }
    }

    @Test
    void theListsNameNoMethodThatIsNotThere() {
        Set<String> there = MORTAL.stream()
                .flatMap(Rule06AfterCloseTest::methods)
                .flatMap(m -> Stream.of(m.getName(), qualified(m)))
                .collect(Collectors.toSet());
        assertThat(there).containsAll(TELL_FROM_MEMORY).containsAll(CLOSE);
    }

    private static Set<String> publicTypes() throws Exception {
        Path classes = Path.of(System.getProperty("ferrule.test.classes"), "io", "ferrule");
        Set<String> types = new TreeSet<>();
        try (Stream<Path> files = Files.list(classes)) {
            for (Path each : files.toList()) {
                String name = each.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> type = Class.forName("io.ferrule." + name.substring(0, name.length() - 6));
                    if (isPublic(type) && !Throwable.class.isAssignableFrom(type)) {
                        types.add(type.getName());
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    // ---- after close ----

    @TestFactory
    List<DynamicTest> whatIsClosedRefusesEverything() throws Exception {
        openAll();
        closeAllSubjects();
        return guarded(call -> {
            Throwable thrown = call.get();
            assertThat(thrown).isInstanceOf(IllegalStateException.class);
            assertThat(thrown.getMessage()).containsAnyOf("closed", "begun", "is over", "a time limit is set before");
        });
    }

    @TestFactory
    List<DynamicTest> whatIsOfALoopThatIsClosedRefusesEverything() throws Exception {
        openAll();
        loop.close();
        subjects.values().removeAll(Set.of(Buffer.class, BufferPool.class, Lease.class, LoopGroup.class));
        return guarded(call -> assertThat(call.get()).isInstanceOf(IllegalStateException.class));
    }

    @TestFactory
    List<DynamicTest> whatIsOfALoopThatItsOwnThreadHasClosedRefusesEverything() throws Exception {
        try (Loop own = Loop.open(options())) {
            loop.close();
            loop = own;
            openAll();
        }
        subjects.values().removeAll(Set.of(Buffer.class, BufferPool.class, Lease.class, LoopGroup.class, Timer.class));
        return guarded(call -> assertThat(call.get()).isInstanceOf(IllegalStateException.class));
    }

    @TestFactory
    List<DynamicTest> whatOnlyTellsFromMemoryGoesOnToTell() throws Exception {
        openAll();
        closeAllSubjects();
        loop.close();
        return tests(
                m -> isIn(TELL_FROM_MEMORY, m), call -> assertThat(call.get()).isNull());
    }

    @TestFactory
    List<DynamicTest> aSecondCloseDoesNothing() throws Exception {
        openAll();
        closeAllSubjects();
        loop.close();
        return tests(m -> isIn(CLOSE, m), call -> assertThat(call.get()).isNull());
    }

    @Test
    void aTimerOfALoopThatItsOwnThreadHasClosedIsNotSet() throws Exception {
        Timer timer;
        try (Loop own = Loop.open(options())) {
            timer = own.after(Duration.ofHours(1), () -> {});
            assertThat(timer.isSet()).isTrue();
        }
        timer.cancel();
        assertThat(timer.isSet()).isFalse();
        assertThat(catchThrowable(() -> timer.setAfter(Duration.ZERO))).isInstanceOf(IllegalStateException.class);
        assertThat(catchThrowable(() -> timer.setEvery(Duration.ofSeconds(1))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aClosedBufferIsRefusedByARequest() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(64);
        Transfer receive = pair.server().receive(buffer);
        buffer.close();
        assertThat(catchThrowable(receive::future)).isInstanceOf(IllegalStateException.class);
        assertReaches(pair.client(), pair.server());
    }

    @Test
    void closedLeasesAreRefusedByAStream() throws Exception {
        BufferLeases leases = loop.leases(1, 64);
        leases.close();
        Pair pair = connected();
        assertThat(catchThrowable(() -> pair.server().receiveAll(leases, (lease, end) -> {})))
                .isInstanceOf(IllegalStateException.class);
    }

    // ---- subjects ----

    /** One of each, in the order in which they are to be closed. What has no close of its own is over. */
    private void openAll() throws Exception {
        Listener listener = listener();
        Connection client = open(loop.connect(listener.localAddress()).await(), Connection.class);
        Connection server = listener.accept().await();
        subjects.put(loop, Loop.class);
        subjects.put(keep(LoopGroup.start(2, options())), LoopGroup.class);
        open(listener, Listener.class);
        open(loop.datagrams(LOOPBACK).await(), Datagrams.class);
        Path path = Files.writeString(folder.resolve("file"), "text");
        File file = open(loop.openFile(path).await(), File.class);
        PipeEnds pipe = open(loop.pipe().await(), PipeEnds.class);
        open(pipe.reader(), PipeReader.class);
        open(pipe.writer(), PipeWriter.class);
        open(loop.relay().await(), Relay.class);
        if (Drivers.has(driver, Drivers.Feature.POLL)) {
            open(here(() -> loop.signals((signal, times) -> {}, Signal.WINCH)), Signals.class);
        }
        if (Drivers.has(driver, Drivers.Feature.FOREIGN_DESCRIPTORS)) {
            open(loop.socketPair().await(), ConnectionPair.class);
            subjects.put(loop.adopt(Fd.borrow(0)), Adoption.class);
        }
        subjects.put(here(() -> loop.timer(() -> {})), Timer.class);
        subjects.put(loop.paths(), PathOperations.class);
        Lease lease = lease(client, server);
        subjects.put(lease, Lease.class);
        subjects.put(batch(file), ReadBatch.class);
        Transfer read = file.read(Buffer.allocate(4), 0);
        read.await();
        subjects.put(read, Transfer.class);
        Task<?> sync = file.syncData();
        sync.await();
        subjects.put(sync, Task.class);
        subjects.put(Buffer.allocate(64), Buffer.class);
        subjects.put(loop.pool(1, 64), BufferPool.class);
        subjects.put(loop.leases(1, 64), BufferLeases.class);
    }

    private <T> T open(T subject, Class<T> type) {
        subjects.put(subject, type);
        return subject;
    }

    /** Does something on the loop's thread, which may be this. */
    private <T> T here(java.util.concurrent.Callable<T> work) throws Exception {
        return loop.isOwner() ? work.call() : onLoop(work);
    }

    /** A lease that is out; and the stream that it came by, which is over. */
    private Lease lease(Connection from, Connection to) throws Exception {
        CompletableFuture<Lease> come = new CompletableFuture<>();
        Subscription stream = to.receiveAll(loop.leases(2, 64), (lease, end) -> {
            if (lease != null) {
                come.complete(lease);
            }
        });
        send(from, "x");
        waitFor(come::isDone);
        stream.cancel();
        waitFor(stream::isOver);
        subjects.put(stream, Subscription.class);
        return come.get();
    }

    private void waitFor(java.util.function.BooleanSupplier happened) throws Exception {
        while (!happened.getAsBoolean()) {
            if (loop.isOwner()) {
                loop.turn(-1);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** With two reads that are over. */
    private ReadBatch batch(File file) throws Exception {
        ReadBatch batch = loop.batch(2);
        batch.add(file, Buffer.allocate(4), 0, 4, 0);
        batch.add(file, Buffer.allocate(4), 0, 4, 0);
        return batch.await();
    }

    /** Closes what has a close; the others go with the loop, and are not asked. */
    private void closeAllSubjects() throws Exception {
        for (Object each : new ArrayList<>(subjects.keySet())) {
            if (each instanceof AutoCloseable closeable) {
                if (each != loop) {
                    closeable.close();
                }
            }
        }
        subjects.values().removeAll(Set.of(Loop.class, Timer.class, PathOperations.class, Adoption.class));
        subjects.values().remove(ReadBatch.class);
        subjects.values().remove(PipeEnds.class); // two names for what is there anyway
        subjects.values().remove(ConnectionPair.class);
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

    private List<DynamicTest> guarded(Expectation expectation) {
        return tests(m -> !isIn(TELL_FROM_MEMORY, m) && !isIn(CLOSE, m), expectation);
    }

    private List<DynamicTest> tests(Predicate<Method> which, Expectation expectation) {
        return subjects.entrySet().stream()
                .flatMap(entry -> methods(entry.getValue())
                        .filter(which)
                        .map(method -> dynamicTest(
                                entry.getValue().getSimpleName() + "." + method.getName()
                                        + Arrays.toString(method.getParameterTypes()),
                                () -> expectation.of(() -> callWhereItBelongs(method, entry.getKey())))))
                .toList();
    }

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(m -> m.getDeclaringClass().getPackage() == Loop.class.getPackage())
                .filter(m -> !Modifier.isStatic(m.getModifiers()) && !m.isBridge())
                .sorted(Comparator.comparing(Method::toString));
    }

    private static boolean isIn(Set<String> names, Method method) {
        return names.contains(method.getName()) || names.contains(qualified(method));
    }

    private static String qualified(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    /** What begins with a callback belongs to the loop's thread, as long as there is one. */
    private Throwable callWhereItBelongs(Method method, Object object) throws Exception {
        return method.getName().equals("start") && loop.isOpen()
                ? onLoop(() -> call(method, object))
                : call(method, object);
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
        Object known = arguments().get(type);
        return known != null ? known : subject(type);
    }

    private Map<Class<?>, Object> arguments() {
        return Map.ofEntries(
                Map.entry(int.class, 1),
                Map.entry(long.class, 1L),
                Map.entry(byte.class, (byte) 1),
                Map.entry(boolean.class, true),
                Map.entry(byte[].class, new byte[4]),
                Map.entry(Buffer.class, Buffer.allocate(64)),
                Map.entry(Buffer[].class, new Buffer[] {Buffer.allocate(64)}),
                Map.entry(MemorySegment.class, Arena.ofAuto().allocate(64)),
                Map.entry(Path.class, folder.resolve("none")),
                Map.entry(String.class, "text"),
                Map.entry(Charset.class, StandardCharsets.UTF_8),
                Map.entry(Duration.class, Duration.ofSeconds(1)),
                Map.entry(SocketAddress.class, LOOPBACK),
                Map.entry(SocketOption.class, StandardSocketOptions.SO_RCVBUF),
                Map.entry(Object.class, 4096),
                Map.entry(ListenOptions.class, ListenOptions.defaults()),
                Map.entry(OpenOption[].class, new OpenOption[0]),
                Map.entry(CopyOption[].class, new CopyOption[0]),
                Map.entry(LinkOption[].class, new LinkOption[0]),
                Map.entry(Runnable.class, (Runnable) () -> {}),
                Map.entry(TransferCallback.class, (TransferCallback) (bytes, error) -> {}),
                Map.entry(Callback.class, (Callback<Object>) (value, error) -> {}),
                Map.entry(StreamCallback.class, (StreamCallback<Object>) (value, end) -> {}),
                Map.entry(PeerAddress.class, new PeerAddress(LOOPBACK)));
    }

    /** Another one that is closed too; null for what is not looked at before. */
    private Object subject(Class<?> type) {
        return subjects.keySet().stream().filter(type::isInstance).findAny().orElse(null);
    }
}
