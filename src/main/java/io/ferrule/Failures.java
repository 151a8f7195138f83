package io.ferrule;

import io.ferrule.driver.BlockingDriver;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.util.Objects;
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
            case OPEN, OPEN_BENEATH, STATX, MKDIR, UNLINK, RENAME, LINK, SYMLINK ->
                ErrnoException.forPath(result, kind.call(), subject);
            case CONNECT ->
                errno == Errno.EAGAIN || errno == Errno.ENOENT
                        ? of(new ConnectException(text(kind, result, subject)), kind, result, subject)
                        : ErrnoException.forPeer(result, kind.call(), subject);
            case BIND, LISTEN ->
                errno == Errno.EADDRINUSE || errno == Errno.EADDRNOTAVAIL || errno == Errno.EACCES
                        ? of(new BindException(text(kind, result, subject)), kind, result, subject)
                        : socket(kind, result, subject);
            case RECEIVE, SEND, SEND_ZERO_COPY, RECEIVE_MESSAGE, SEND_MESSAGE ->
                errno == Errno.ECONNREFUSED
                        ? of(new PortUnreachableException(text(kind, result, subject)), kind, result, subject)
                        : socket(kind, result, subject);
            case SOCKET, SHUTDOWN, DISCONNECT, SET_OPTION, GET_OPTION, LOCAL_ADDRESS, REMOTE_ADDRESS, ACCEPT ->
                socket(kind, result, subject);
            default -> errno(kind, result, subject);
        };
    }

    private static IOException socket(OperationKind kind, int result, String subject) {
        return of(new SocketException(text(kind, result, subject)), kind, result, subject);
    }

    /** With the kernel's answer as its cause, for who wants the number. */
    private static IOException of(IOException type, OperationKind kind, int result, String subject) {
        type.initCause(errno(kind, result, subject));
        return type;
    }

    private static ErrnoException errno(OperationKind kind, int result, String subject) {
        return new ErrnoException(result, kind.call(), subject, advice(kind, Errno.of(result)));
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
        return Objects.requireNonNull(errno(kind, result, subject).getMessage());
    }

    private static @Nullable String advice(OperationKind kind, @Nullable Errno errno) {
        if (errno == null) {
            return null;
        }
        return switch (errno) {
            case EINVAL ->
                movesFile(kind)
                        ? "With O_DIRECT, offset, length and memory must be multiples of File.directAlignment()"
                        : null;
            case EFAULT ->
                movesFile(kind)
                        ? "Part of a mapped file is gone: somebody has made it shorter while it was copied. Read again, and what is left"
                                + " of it is there"
                        : null;
            case EMFILE -> "Close descriptors, or raise the limit (ulimit -n, LimitNOFILE=)";
            case EADDRINUSE ->
                "Somebody listens there, or the file is left over from a Unix socket: stop the one, delete the other";
            case EACCES ->
                kind == OperationKind.BIND
                        ? "A port below 1,024 needs CAP_NET_BIND_SERVICE, a path a folder that one may write to"
                        : null;
            case EAGAIN ->
                kind == OperationKind.CONNECT
                        ? "The listener's backlog is full: try again, or accept faster"
                        : "A driver with a thread for each operation has none left: allow more with -D"
                                + BlockingDriver.THREADS_PROPERTY
                                + "=N, or the system more for this process (ulimit -u, pids.max of its control group)";
            case EMSGSIZE -> "A datagram has a largest size, 65,507 bytes for UDP over IPv4: send less at once";
            default -> null;
        };
    }

    private static boolean movesFile(OperationKind kind) {
        return switch (kind) {
            case READ, WRITE, READV, WRITEV -> true;
            default -> false;
        };
    }
}
