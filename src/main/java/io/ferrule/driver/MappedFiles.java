package io.ferrule.driver;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The mapped files of a driver, by descriptor. Any thread of the driver may use this. */
final class MappedFiles {
    private static final int FIRST_CAPACITY = 64;

    private @Nullable MappedFile[] files = new @Nullable MappedFile[FIRST_CAPACITY];

    private final AtomicLong plain = new AtomicLong();

    /** The mappings of an open regular file, in use: {@link MappedFile#leave} ends that. */
    synchronized MappedFile use(int fd, long inode, int device) {
        if (fd >= files.length) {
            files = Arrays.copyOf(files, Math.max(fd + 1, files.length * 2));
        }
        MappedFile file = files[fd];
        if (file == null || !file.isOf(inode, device)) {
            drop(fd); // somebody else has closed that file, and the number is used again
            file = new MappedFile(fd, inode, device);
            files[fd] = file;
        }
        file.use();
        return file;
    }

    /** The mappings of a descriptor, in use; null if it has none. */
    synchronized @Nullable MappedFile use(int fd) {
        MappedFile file = fd >= 0 && fd < files.length ? files[fd] : null;
        if (file != null) {
            file.use();
        }
        return file;
    }

    /** A descriptor is about to be closed, or is a new one: takes away the mappings it has, if any. */
    synchronized void drop(int fd) {
        if (fd < 0 || fd >= files.length) {
            return;
        }
        MappedFile file = files[fd];
        if (file != null) {
            files[fd] = null;
            file.drop();
        }
    }

    /** Counts an operation that was done by its system call. */
    void countPlain() {
        plain.incrementAndGet();
    }

    /** How many operations were done by their system calls since this was asked last. */
    long takePlain() {
        return plain.get() == 0 ? 0 : plain.getAndSet(0);
    }

    /** Takes all mappings away. */
    synchronized void close() {
        for (int fd = 0; fd < files.length; fd++) {
            drop(fd);
        }
    }
}
