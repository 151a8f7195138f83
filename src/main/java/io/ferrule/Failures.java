package io.ferrule;

import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import org.jspecify.annotations.Nullable;

/** What the kernel answers, as the exceptions that Java programs catch already. */
final class Failures {
    private Failures() {}

    /**
     * A failed operation.
     *
     * @param result the kernel's negative answer
     * @param subject the path, address or handle it was about
     */
    static IOException of(OperationKind kind, int result, String subject) {
        Errno errno = Errno.of(result);
        return switch (kind) {
            case OPEN, STATX, MKDIR, UNLINK, RENAME, LINK, SYMLINK ->
                ErrnoException.forPath(result, kind.call(), subject);
            case CONNECT -> ErrnoException.forPeer(result, kind.call(), subject);
            case BIND ->
                errno == Errno.EADDRINUSE || errno == Errno.EADDRNOTAVAIL
                        ? new BindException(text(kind, result, subject))
                        : new ErrnoException(result, kind.call(), subject, null);
            case RECEIVE, SEND, SEND_ZERO_COPY, RECEIVE_MESSAGE, SEND_MESSAGE ->
                errno == Errno.ECONNRESET || errno == Errno.EPIPE
                        ? new SocketException(text(kind, result, subject))
                        : new ErrnoException(result, kind.call(), subject, advice(errno));
            default -> new ErrnoException(result, kind.call(), subject, advice(errno));
        };
    }

    static IOException cancelled(OperationKind kind, String subject) {
        return new OperationCancelledException(kind.call() + " on " + subject + ": cancelled");
    }

    static IOException timedOut(OperationKind kind, String subject, long nanos) {
        return new SocketTimeoutException(
                kind.call() + " on " + subject + ": not done within " + nanos / 1_000_000.0 + " ms, and cancelled");
    }

    /** What was thrown where a request was begun or its result made: a failure of that request, and of no other. */
    static IOException unexpected(Request request, Throwable e) {
        return e instanceof IOException io ? io : new IOException(request + " failed: " + e, e);
    }

    static IOException closed() {
        return new AsynchronousCloseException();
    }

    private static String text(OperationKind kind, int result, String subject) {
        return kind.call() + " on " + subject + ": " + ErrnoException.describe(result);
    }

    private static @Nullable String advice(@Nullable Errno errno) {
        return errno == Errno.EINVAL
                ? "With O_DIRECT, offset, length and memory must be multiples of File.directAlignment()"
                : errno == Errno.EMFILE ? "Close descriptors, or raise the limit (ulimit -n, LimitNOFILE=)" : null;
    }
}
