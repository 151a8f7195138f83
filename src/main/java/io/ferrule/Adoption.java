package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Fd;
import java.io.IOException;
import java.net.SocketException;

/** A descriptor that somebody else has opened, about to be taken over: as what, the caller says, and the kernel is asked whether that is so. */
public final class Adoption {
    private static final int NONE = -1;

    private final Loop loop;
    private final Fd descriptor;

    Adoption(Loop loop, Fd descriptor) {
        this.loop = loop;
        this.descriptor = descriptor;
    }

    /** A stream socket that is connected. */
    public Task<Connection> asConnection() {
        return new Taking<>(LibC.SOCK_STREAM(), false, "connection") {
            @Override
            Connection taken(int number, int family) {
                return new Connection(loop, number, family, "adopted connection " + number, null);
            }
        };
    }

    /** A stream socket that listens. */
    public Task<Listener> asListener() {
        return new Taking<>(LibC.SOCK_STREAM(), true, "listener") {
            @Override
            Listener taken(int number, int family) {
                return new Listener(loop, number, family, "adopted listener " + number);
            }
        };
    }

    /** A datagram socket. */
    public Task<Datagrams> asDatagrams() {
        return new Taking<>(LibC.SOCK_DGRAM(), false, "datagram socket") {
            @Override
            Datagrams taken(int number, int family) {
                return new Datagrams(loop, number, family, "adopted datagrams " + number, false);
            }
        };
    }

    private abstract class Taking<T extends SocketHandle> extends Task<T> {
        private final int type;
        private final boolean listens;
        private final String wanted;
        private int number = NONE;
        private int family;

        Taking(int type, boolean listens, String wanted) {
            super(Adoption.this.loop, OperationKind.ADOPT, null, descriptor.toString());
            loop.checkOpen();
            this.type = type;
            this.listens = listens;
            this.wanted = wanted;
        }

        abstract T taken(int number, int family);

        @Override
        void prepare() throws IOException {
            family = option(LibC.SO_DOMAIN());
            if (option(LibC.SO_TYPE()) != type || (option(LibC.SO_ACCEPTCONN()) != 0) != listens) {
                throw new SocketException(descriptor + " is a socket, but no " + wanted + ": it stays the caller's");
            }
            number = descriptor.release();
            step.fd = number;
        }

        private int option(int name) throws IOException {
            return loop.sockets().getOption(descriptor.number(), LibC.SOL_SOCKET(), name, descriptor.toString());
        }

        @Override
        T value(int result) {
            return taken(number, family);
        }

        @Override
        void failed() {
            loop.sockets().close(number);
        }
    }
}
