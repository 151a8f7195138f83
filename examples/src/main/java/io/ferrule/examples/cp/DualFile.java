package io.ferrule.examples.cp;

import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file that is open once through the page cache and, if asked for, once more around it (O_DIRECT). What is aligned goes around it; the unaligned
 * rest, the end of most files, goes through it. The two never share a page, so that they cannot disagree.
 */
final class DualFile implements AutoCloseable {
    /** In bytes; what O_DIRECT asks for at most on the block devices of today. */
    static final int ALIGNMENT = 4096;

    private final String name;
    private final Fd plain;
    private final @Nullable Fd direct;

    private DualFile(String name, Fd plain, @Nullable Fd direct) {
        this.name = name;
        this.plain = plain;
        this.direct = direct;
    }

    /**
     * Opens a file.
     *
     * @param name what error messages call it
     * @param access {@code O_RDONLY} or {@code O_RDWR}
     * @param extra flags of the first opening, such as {@code O_CREAT}
     * @param mode of a file that is created
     */
    static DualFile open(Path path, String name, int access, int extra, int mode, boolean direct) throws IOException {
        Fd plain = Fd.open(path, access | extra, mode);
        try {
            return new DualFile(name, plain, direct ? openDirect(path, name, access) : null);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static Fd openDirect(Path path, String name, int access) throws IOException {
        try {
            return Fd.open(path, access | Abi.value("O_DIRECT"), 0);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EINVAL) {
                throw new FileSystemException(
                        name, null, "its filesystem refuses O_DIRECT (EINVAL): leave --direct out");
            }
            throw e;
        }
    }

    /** The descriptor for moving bytes: around the page cache where offset and length allow it. */
    Fd through(long offset, int length) {
        Fd around = direct;
        return around != null && offset % ALIGNMENT == 0 && length % ALIGNMENT == 0 ? around : plain;
    }

    boolean isDirect() {
        return direct != null;
    }

    Fd plain() {
        return plain;
    }

    /** The open file's status, whatever its path leads to by now: {@code fstat} by way of {@code /proc}. */
    PosixFileAttributes status() throws IOException {
        return Files.readAttributes(Path.of("/proc/self/fd/" + plain.number()), PosixFileAttributes.class);
    }

    @Override
    public void close() throws IOException {
        Fd second = direct;
        try {
            plain.close();
        } finally {
            if (second != null) {
                second.close();
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
