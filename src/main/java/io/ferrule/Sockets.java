package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.SocketAddresses;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;

/** How sockets come into being. */
final class Sockets {
    private Sockets() {}

    static Task<Connection> connect(Loop loop, SocketAddress address) {
        MemorySegment memory = SocketAddresses.allocate(Arena.ofAuto(), address);
        Opening<Connection> task =
                new Opening<>(loop, OperationKind.CONNECT, SocketAddresses.family(address), address.toString()) {
                    @Override
                    int type() {
                        return LibC.SOCK_STREAM();
                    }

                    @Override
                    Connection opened(int number) {
                        return new Connection(loop, number, family, "connection to " + address, address);
                    }
                };
        task.keeps(memory);
        task.step.address = memory.address();
        task.step.length = memory.byteSize();
        return task;
    }

    static Task<Listener> listen(Loop loop, SocketAddress address, ListenOptions options) {
        Opening<Listener> task =
                new Opening<>(loop, OperationKind.LISTEN, SocketAddresses.family(address), address.toString()) {
                    @Override
                    int type() {
                        return LibC.SOCK_STREAM();
                    }

                    @Override
                    void prepare(int number) throws IOException {
                        bind(loop.sockets(), number, address, options);
                    }

                    @Override
                    Listener opened(int number) throws IOException {
                        SocketAddress local = loop.sockets().localAddress(number, address.toString());
                        return new Listener(loop, number, family, "listener at " + local); // with its port
                    }
                };
        task.step.length = options.backlog();
        return task;
    }

    private static void bind(SocketCalls calls, int number, SocketAddress address, ListenOptions options)
            throws IOException {
        int family = SocketAddresses.family(address);
        String subject = address.toString();
        if (family != LibC.AF_UNIX()) {
            set(calls, number, LibC.SOL_SOCKET(), LibC.SO_REUSEADDR(), options.reuseAddress(), subject);
            set(calls, number, LibC.SOL_SOCKET(), LibC.SO_REUSEPORT(), options.reusePort(), subject);
        }
        if (family == LibC.AF_INET6()) {
            set(calls, number, LibC.IPPROTO_IPV6(), LibC.IPV6_V6ONLY(), options.onlyV6(), subject);
        }
        calls.bind(number, address);
    }

    private static void set(SocketCalls calls, int number, int level, int name, boolean on, String subject)
            throws IOException {
        calls.setOption(number, level, name, on ? 1 : 0, subject);
    }

    static Task<Datagrams> datagrams(Loop loop, SocketAddress local) {
        MemorySegment memory = SocketAddresses.allocate(Arena.ofAuto(), local);
        int family = SocketAddresses.family(local);
        Task<Datagrams> task = new OpeningDatagrams(loop, OperationKind.BIND, family, "datagrams at " + local, true);
        task.keeps(memory);
        task.step.address = memory.address();
        task.step.length = memory.byteSize();
        return task;
    }

    static Task<Datagrams> datagrams(Loop loop, ProtocolFamily family) {
        int number = family == StandardProtocolFamily.INET
                ? LibC.AF_INET()
                : family == StandardProtocolFamily.INET6
                        ? LibC.AF_INET6()
                        : family == StandardProtocolFamily.UNIX ? LibC.AF_UNIX() : -1;
        if (number < 0) {
            throw new UnsupportedOperationException(family + " is not one of INET, INET6 and UNIX");
        }
        return new OpeningDatagrams(loop, OperationKind.NOP, number, "datagrams", false);
    }

    private static final class OpeningDatagrams extends Opening<Datagrams> {
        private final String description;
        private final boolean bound;

        OpeningDatagrams(Loop loop, OperationKind kind, int family, String description, boolean bound) {
            super(loop, kind, family, description);
            this.description = description;
            this.bound = bound;
        }

        @Override
        int type() {
            return LibC.SOCK_DGRAM();
        }

        @Override
        Datagrams opened(int number) {
            return new Datagrams(loop, number, family, description, bound);
        }
    }

    static Task<ConnectionPair> pair(Loop loop) {
        return new Task<>(loop, OperationKind.ADOPT, null, "a pair of sockets") {
            private final MemorySegment numbers = Arena.ofAuto().allocate(ValueLayout.JAVA_INT, 2);

            @Override
            void prepare() throws IOException {
                int type = LibC.SOCK_STREAM() | LibC.SOCK_CLOEXEC();
                int result = SystemCall.invoke(SystemCall.SOCKETPAIR, LibC.AF_UNIX(), type, 0, numbers.address(), 0, 0);
                if (result < 0) {
                    throw Failures.of(OperationKind.SOCKET, result, "a pair of sockets");
                }
                step.fd = number(0);
            }

            private int number(int index) {
                return numbers.getAtIndex(ValueLayout.JAVA_INT, index);
            }

            @Override
            ConnectionPair value(int result) throws IOException {
                loop.sockets().adopt(number(1));
                return new ConnectionPair(connection(0), connection(1));
            }

            private Connection connection(int index) {
                int number = number(index);
                return new Connection(loop, number, LibC.AF_UNIX(), "end " + number + " of a pair", null);
            }

            @Override
            void failed() {
                loop.sockets().close(number(0));
                loop.sockets().close(number(1));
            }
        };
    }

    /** A socket is made, and what makes it of use is done with it; if that fails it is closed. */
    abstract static class Opening<T extends SocketHandle> extends Task<T> {
        private static final int NONE = -1;

        final int family;
        private int number = NONE;

        Opening(Loop loop, OperationKind kind, int family, String subject) {
            super(loop, kind, null, subject);
            this.family = family;
        }

        /** {@code SOCK_STREAM} or {@code SOCK_DGRAM}. */
        abstract int type();

        /** What comes before the step. */
        void prepare(int made) throws IOException {}

        /** It is of use. */
        abstract T opened(int made) throws IOException;

        @Override
        final void prepare() throws IOException {
            int made = loop.sockets().socket(family, type());
            try {
                prepare(made);
            } catch (IOException | RuntimeException e) {
                loop.sockets().close(made);
                throw e;
            }
            number = made;
            step.fd = made;
        }

        @Override
        final T value(int result) throws IOException {
            return opened(number);
        }

        @Override
        final void failed() {
            loop.sockets().close(number);
        }
    }
}
