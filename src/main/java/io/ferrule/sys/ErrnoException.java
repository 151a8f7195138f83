package io.ferrule.sys;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The kernel refused a call. The message says what was asked, on what, what the kernel answered, and, where that helps, what to do.
 */
public class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int number;
    private final String operation;

    /**
     * @param result the kernel's answer, negative or positive
     * @param operation the call in the kernel's words, such as "epoll_ctl ADD"
     * @param subject what it was about, such as "fd 7", or null
     * @param advice a sentence that says what to do, or null
     */
    public ErrnoException(int result, String operation, @Nullable String subject, @Nullable String advice) {
        super(message(result, operation, subject, advice));
        this.number = Math.abs(result);
        this.operation = operation;
    }

    /** The positive error number, as in {@code errno}. */
    public int number() {
        return number;
    }

    /** The error by name, or null where the number is not known. */
    public @Nullable Errno errno() {
        return Errno.of(number);
    }

    /** The call that failed, in the kernel's words. */
    public String operation() {
        return operation;
    }

    /**
     * The exception for a path that a call was about: the type that users of {@code java.nio.file} catch already, where one exists.
     *
     * @param result the kernel's negative answer
     */
    public static IOException forPath(int result, String operation, String path) {
        Errno errno = Errno.of(result);
        String reason = operation + ": " + describe(result);
        if (errno == Errno.ENOENT) {
            return new NoSuchFileException(path, null, reason);
        }
        if (errno == Errno.EEXIST) {
            return new FileAlreadyExistsException(path, null, reason);
        }
        if (errno == Errno.EACCES) {
            return new AccessDeniedException(path, null, reason);
        }
        if (errno == Errno.ENOTEMPTY) {
            return new DirectoryNotEmptyException(path);
        }
        return new ErrnoException(result, operation, path, null);
    }

    /**
     * The exception for a peer that a call was about: {@link ConnectException} where the peer refused or could not be reached.
     *
     * @param result the kernel's negative answer
     */
    public static IOException forPeer(int result, String operation, String peer) {
        Errno errno = Errno.of(result);
        if (errno == Errno.ECONNREFUSED
                || errno == Errno.ETIMEDOUT
                || errno == Errno.EHOSTUNREACH
                || errno == Errno.ENETUNREACH) {
            return new ConnectException(message(result, operation, peer, null));
        }
        return new ErrnoException(result, operation, peer, null);
    }

    /** An error number in words: "ENOENT (2), No such file or directory". */
    public static String describe(int result) {
        Errno errno = Errno.of(result);
        return errno == null ? Errno.nameOf(result) : errno.name() + " (" + errno.number() + "), " + errno.text();
    }

    private static String message(int result, String operation, @Nullable String subject, @Nullable String advice) {
        return operation
                + (subject == null ? "" : " on " + subject)
                + ": "
                + describe(result)
                + (advice == null ? "" : ". " + advice);
    }
}
