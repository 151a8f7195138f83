package io.ferrule.examples.serve;

import io.ferrule.Callback;
import io.ferrule.File;
import io.ferrule.FileStatus;
import io.ferrule.FileType;
import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The kernel keeps it in ({@code openat2} with {@code RESOLVE_BENEATH}): nothing that changes meanwhile makes a difference. */
final class KernelSite implements Site {
    /** For what makes the kernel wait: a named pipe, a file system that does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final File directory;
    private final int flags;

    /** Of a directory that is open. */
    KernelSite(File directory) {
        this.directory = directory;
        // Or a named pipe would keep a helper thread until somebody writes to it. io_uring opens without waiting as it
        // is, and would hand EAGAIN
        // on when it reads a file that is open so.
        boolean ring = directory.loop().driverName().equals("uring");
        this.flags = LibC.O_RDONLY() | LibC.O_NOCTTY() | (ring ? 0 : LibC.O_NONBLOCK());
    }

    @Override
    public void open(String path, Callback<Resource> callback) {
        Path relative;
        try {
            relative = Path.of(path);
        } catch (InvalidPathException e) {
            callback.done(null, new NoSuchFileException(path, null, e.getReason()));
            return;
        }
        directory.openBeneath(relative, flags, 0).within(PATIENCE).start((file, error) -> {
            if (file == null) {
                callback.done(null, error);
            } else {
                file.status().within(PATIENCE).start((status, failure) -> tell(file, status, failure, callback));
            }
        });
    }

    private static void tell(
            File file, @Nullable FileStatus status, @Nullable IOException error, Callback<Resource> callback) {
        if (status != null && status.type() == FileType.REGULAR) {
            callback.done(new Resource(file, status.size(), status.modified(), status.inode()), null);
            return;
        }
        Session.discard(file);
        if (status == null) {
            callback.done(null, error);
        } else if (status.type() == FileType.DIRECTORY) {
            callback.done(new Resource(null, 0, status.modified(), status.inode()), null);
        } else {
            callback.done(null, new NoSuchFileException(file.toString(), null, "is no file"));
        }
    }

    @Override
    public String guard() {
        return "openat2";
    }
}
