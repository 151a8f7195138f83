package io.ferrule;

import io.ferrule.driver.OperationKind;

/** A socket that others connect to. */
public final class Listener extends SocketHandle {
    Listener(Loop loop, int number, int family, String description) {
        super(loop, number, family, description);
    }

    /** Accepts one connection. Mirrors {@code accept4(2)}, with {@code SOCK_CLOEXEC}. */
    public Task<Connection> accept() {
        checkOpen();
        return new Task<>(loop, OperationKind.ACCEPT, this, null) {
            @Override
            Connection value(int result) {
                return accepted(result);
            }
        };
    }

    /**
     * Accepts connections until it is cancelled or the listener is closed: with one request where the driver can. Those that were accepted by then
     * still come. On any thread; the callback belongs to the loop's thread.
     */
    public Subscription acceptAll(StreamCallback<Connection> callback) {
        checkOpen();
        AcceptAll all = new AcceptAll(this, callback);
        all.begin();
        return all;
    }

    Connection accepted(int number) {
        return new Connection(loop, number, family, "connection " + number + " of " + this, null);
    }

    @Override
    boolean isBoundForGood() {
        return true;
    }
}
