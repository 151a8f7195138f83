package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SocketAddresses;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** A driver for a test, with descriptors and operations for it. All that is opened is closed after the test. */
abstract class DriverTest {
    static final long FOR_EVER = -1;

    /** Far longer than anything here takes, in nanoseconds. */
    static final long LONG = 30_000_000_000L;

    private static final int CHUNK = 1 << 16;

    @Parameter
    DriverUnderTest underTest;

    final Arena arena = Arena.ofShared();
    Driver driver;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Set<TestOperation> started = new HashSet<>();

    @BeforeEach
    void openDriver() throws IOException {
        assumeTrue(underTest != DriverUnderTest.LIBUV || UvLibraryTest.isThere(), "libuv is not installed");
        driver = underTest.open();
    }

    @AfterEach
    void closeAll() throws Exception {
        if (driver == null) {
            return; // skipped
        }
        for (TestOperation each : started) {
            if (!each.isDone()) {
                driver.cancel(each);
            }
        }
        turnUntil(() -> started.stream().allMatch(TestOperation::isDone));
        driver.close();
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
        arena.close();
    }

    /** Has something closed after the test. */
    <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    /** The driver's own descriptor; where it has none the test is skipped. */
    Fd descriptorOfDriver() {
        assumeTrue(underTest.hasDescriptor(), () -> driver.name() + " has no descriptor to wait on");
        return Fd.borrow(driver.descriptor());
    }

    // ---- descriptors ----

    /** The descriptor that an operation returned; closed after the test. */
    Fd descriptor(int result) {
        assertThat(result).as("descriptor or error").isNotNegative();
        return keep(Fd.own(result));
    }

    /** Skips the test on a driver whose model has no such operation. {@link LackingTest} holds it to having the others. */
    void need(OperationKind kind) {
        assumeTrue(driver.can(kind), () -> "the " + driver.name() + " driver has no " + kind.call());
    }

    /** A pipe that the driver has adopted. */
    Pipe pipe() throws IOException {
        need(OperationKind.PIPE);
        return adopted(keep(Pipe.open()));
    }

    /** A pair of connected stream sockets that the driver has adopted. */
    Pipe sockets() throws IOException {
        need(OperationKind.SOCKET);
        return adopted(keep(Pipe.sockets()));
    }

    private Pipe adopted(Pipe pipe) {
        assertThat(perform(TestOperation.of(OperationKind.ADOPT, pipe.reader())))
                .isZero();
        assertThat(perform(TestOperation.of(OperationKind.ADOPT, pipe.writer())))
                .isZero();
        return pipe;
    }

    /** A new socket. */
    Fd socket(int domain, int type) {
        need(OperationKind.SOCKET);
        TestOperation socket = new TestOperation(OperationKind.SOCKET).flags(type);
        socket.fd = domain;
        return descriptor(perform(socket));
    }

    /** 127.0.0.1 with any free port. */
    MemorySegment loopback() {
        return SocketAddresses.allocate(arena, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** The address that a socket is bound to. */
    MemorySegment address(Fd socket) {
        try {
            return SocketAddresses.allocate(arena, Objects.requireNonNull(SocketAddresses.of(socket)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port of an internet address. */
    static int port(MemorySegment address) {
        InetSocketAddress decoded = (InetSocketAddress) SocketAddresses.decode(address, (int) address.byteSize());
        return Objects.requireNonNull(decoded).getPort();
    }

    /** A TCP socket that listens on a free port of 127.0.0.1. */
    Fd listener() {
        Fd listener = socket(LibC.AF_INET(), LibC.SOCK_STREAM());
        assertThat(perform(TestOperation.of(OperationKind.BIND, listener, loopback())))
                .isZero();
        assertThat(perform(TestOperation.of(OperationKind.LISTEN, listener).length(16)))
                .isZero();
        return listener;
    }

    /** A TCP socket that is being connected to a listener. */
    TestOperation connecting(Fd listener) {
        Fd socket = socket(LibC.AF_INET(), LibC.SOCK_STREAM());
        return start(TestOperation.of(OperationKind.CONNECT, socket, address(listener)));
    }

    // ---- operations ----

    int perform(TestOperation operation) {
        return driver.perform(operation);
    }

    /** Starts operations, in this order. Returns the first. Those still in flight after the test are cancelled. */
    TestOperation start(TestOperation... operations) {
        for (TestOperation each : operations) {
            driver.start(each);
            for (Operation one = each; one != null; one = one.next) {
                started.add((TestOperation) one);
            }
        }
        return operations[0];
    }

    /** Turns until something is so. */
    void turnUntil(BooleanSupplier condition) throws IOException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - start).as("nanoseconds waited").isLessThan(LONG);
            driver.turn(LONG);
        }
    }

    /** Turns until these have had their last completion. Returns the first one's result. */
    int await(TestOperation... operations) throws IOException {
        for (TestOperation each : operations) {
            turnUntil(each::isDone);
        }
        return operations[0].result();
    }

    /** Starts an operation and waits for its last completion. Returns the result. */
    int result(TestOperation operation) throws IOException {
        return await(start(operation));
    }

    /** Turns without waiting until nothing is delivered any more: what is still in flight waits for something else. */
    void turnUntilQuiet() throws IOException {
        int quiet = 0;
        while (quiet < 3) {
            boolean nothing = driver.turn(0) == 0;
            quiet = nothing && started.stream().allMatch(each -> ThreadsAtRest.isDoneOrWaits(driver, each))
                    ? quiet + 1
                    : 0;
        }
    }

    /** Writes until the descriptor takes no more. Returns how many bytes that were. */
    long fill(Fd fd) throws IOException {
        MemorySegment chunk = arena.allocate(CHUNK);
        long filled = 0;
        TestOperation write = start(TestOperation.write(fd, chunk));
        turnUntilQuiet();
        while (write.isDone()) {
            filled += write.result();
            start(write.again());
            turnUntilQuiet();
        }
        driver.cancel(write);
        return filled + Math.max(0, await(write)); // a blocking call may have had a part of it taken
    }

    /** Reads as many bytes as there must be. */
    void drain(Fd fd, long bytes) throws IOException {
        MemorySegment chunk = arena.allocate(CHUNK);
        for (long left = bytes; left > 0; ) {
            int read = result(TestOperation.read(fd, chunk.asSlice(0, Math.min(left, CHUNK))));
            assertThat(read).isPositive();
            left -= read;
        }
    }

    static int error(Errno errno) {
        return -errno.number();
    }

    // ---- memory ----

    MemorySegment bytes(String text) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(MemorySegment bytes, long length) {
        return new String(bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    MemorySegment path(Object path) {
        return arena.allocateFrom(path.toString());
    }

    static List<Integer> results(TestOperation... operations) {
        return Arrays.stream(operations).map(TestOperation::result).toList();
    }
}
