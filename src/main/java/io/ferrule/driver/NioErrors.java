package io.ferrule.driver;

import io.ferrule.sys.Errno;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the JDK throws, as the error numbers that system calls return: by the exception's type, or else by the system's words in its message. */
final class NioErrors {
    private static final Map<String, Errno> BY_TEXT = new HashMap<>();

    static {
        for (Errno each : Errno.values()) {
            BY_TEXT.put(each.text(), each);
        }
        // The JDK's own words.
        BY_TEXT.put("Connection reset", Errno.ECONNRESET);
        BY_TEXT.put("Too many levels of symbolic links or unable to access attributes of symbolic link", Errno.ELOOP);
    }

    private NioErrors() {}

    /** A negative error number. */
    static int result(Exception e) {
        return -errno(e).number();
    }

    private static Errno errno(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> Errno.ENOENT;
            case FileAlreadyExistsException _ -> Errno.EEXIST;
            case AccessDeniedException _ -> Errno.EACCES;
            case DirectoryNotEmptyException _ -> Errno.ENOTEMPTY;
            case NotDirectoryException _ -> Errno.ENOTDIR;
            case FileSystemLoopException _ -> Errno.ELOOP;
            case FileSystemException file -> byWords(file.getReason());
            case ClosedChannelException _ ->
                Errno.EPIPE; // by shutdown: a channel is closed when nothing is in flight on it
            case NoRouteToHostException _ -> Errno.EHOSTUNREACH;
            case PortUnreachableException _ -> Errno.ECONNREFUSED;
            case ConnectException refused -> connect(refused.getMessage());
            case IOException other -> byWords(other.getMessage());
            case NotYetConnectedException _ -> Errno.ENOTCONN;
            case AlreadyConnectedException _ -> Errno.EISCONN;
            case UnsupportedAddressTypeException _ -> Errno.EAFNOSUPPORT;
            case NonReadableChannelException _ -> Errno.EBADF;
            case NonWritableChannelException _ -> Errno.EBADF;
            case UnsupportedOperationException _ -> Errno.EOPNOTSUPP;
            default -> Errno.EINVAL;
        };
    }

    private static Errno connect(@Nullable String words) {
        Errno errno = byWords(words);
        return errno == Errno.EIO ? Errno.ECONNREFUSED : errno;
    }

    private static Errno byWords(@Nullable String words) {
        if (words == null) {
            return Errno.EIO;
        }
        Errno errno = BY_TEXT.get(words);
        if (errno != null) {
            return errno;
        }
        int colon = words.lastIndexOf(": "); // the JDK's words, and then the system's
        return BY_TEXT.getOrDefault(words.substring(colon < 0 ? 0 : colon + 2), Errno.EIO);
    }
}
