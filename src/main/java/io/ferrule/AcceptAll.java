package io.ferrule;

import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import java.io.IOException;

/** Connections, one after the other. */
final class AcceptAll extends Subscription {
    /** How long to wait, at most, for a descriptor to become free: somebody else in the process may have closed one, of which nobody tells. */
    private static final long PATIENCE_NANOS = 100_000_000;

    private final Listener listener;
    private final StreamCallback<Connection> callback;
    private boolean troubled;

    AcceptAll(Listener listener, StreamCallback<Connection> callback) {
        super(listener, OperationKind.ACCEPT);
        this.listener = listener;
        this.callback = callback;
    }

    @Override
    boolean isNews(int result) {
        return result >= 0;
    }

    @Override
    void came(int result, int flags) {
        troubled = false;
        Connection connection = listener.accepted(result);
        try {
            callback.next(connection, null);
        } catch (Throwable e) {
            loop.uncaught(e);
        }
    }

    @Override
    boolean goesOn(int result) {
        if (SocketHandle.isExhaustion(result)) {
            trouble(failure(step.kind, result));
            loop.belongings().awaitDescriptor(this);
            lacks(PATIENCE_NANOS);
            return true;
        }
        if (isOfTheConnection(Errno.of(result))) {
            trouble(failure(step.kind, result));
            return true;
        }
        return false;
    }

    /** Whether it says something about a connection that was to be accepted, not about the listener: {@code accept(2)} has the list. */
    private static boolean isOfTheConnection(@org.jspecify.annotations.Nullable Errno errno) {
        return errno != null
                && switch (errno) {
                    case ECONNABORTED,
                            EPERM,
                            EPROTO,
                            ENETDOWN,
                            ENOPROTOOPT,
                            EHOSTDOWN,
                            ENONET,
                            EHOSTUNREACH,
                            ENETUNREACH -> true;
                    default -> false;
                };
    }

    private void trouble(IOException error) {
        if (troubled) {
            return;
        }
        troubled = true;
        try {
            callback.troubled(error);
        } catch (Throwable e) {
            loop.uncaught(e);
        }
    }

    @Override
    void ended(StreamEnd why) {
        callback.next(null, why);
    }

    @Override
    void takeMemory() {}

    @Override
    void releaseMemory() {}

    /** All that wait for a descriptor hear of one. */
    @Override
    void givesWay() {}
}
