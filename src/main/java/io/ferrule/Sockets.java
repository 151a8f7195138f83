package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.SocketAddresses;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;

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
                    Listener opened(int number) {
                        return new Listener(loop, number, family, "listener at " + address);
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
        abstract T opened(int made);

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
        final T value(int result) {
            return opened(number);
        }

        @Override
        final void failed() {
            loop.sockets().close(number);
        }
    }
}
