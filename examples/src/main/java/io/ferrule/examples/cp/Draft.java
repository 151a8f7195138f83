package io.ferrule.examples.cp;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file under a temporary name in the directory of the one it is to become. {@link #commit} gives it that name, whole; closed without, it is
 * deleted.
 */
final class Draft implements AutoCloseable {
    private static final int PRIVATE = 0600;

    private final Path path;
    private final Path target;
    private final DualFile file;
    private boolean committed;

    private Draft(Path path, Path target, DualFile file) {
        this.path = path;
        this.target = target;
        this.file = file;
    }

    /** Creates a draft of a file, readable by its owner alone. */
    static Draft of(Path target, boolean direct) throws IOException {
        // Its name does not hold the target's: that may be as long as a name can be.
        String name = ".ferrule-cp-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".part";
        Path path = target.resolveSibling(name);
        try {
            int creation = LibC.O_CREAT() | LibC.O_EXCL();
            return new Draft(
                    path, target, DualFile.open(path, target.toString(), LibC.O_RDWR(), creation, PRIVATE, direct));
        } catch (FileSystemException e) {
            Files.deleteIfExists(path); // where only the second opening, with O_DIRECT, was refused
            throw e.getFile().equals(path.toString())
                    ? new FileSystemException(target.toString(), null, "cannot be created: " + e.getReason())
                    : e;
        }
    }

    DualFile file() {
        return file;
    }

    /** Makes it as long as it is to be: one hole, until it is written to. */
    void setSize(long size) throws IOException {
        try (RandomAccessFile sized = new RandomAccessFile(path.toFile(), "rw")) {
            sized.setLength(size);
        }
    }

    /**
     * Gives the draft its permissions and its name. What it holds must be on the device by now.
     *
     * @param replace replace a file of that name
     */
    void commit(Set<PosixFilePermission> permissions, boolean replace) throws IOException {
        file.close(); // reports what the kernel found out late
        Files.setPosixFilePermissions(path, permissions);
        Files.move(path, target, replace ? new CopyOption[] {StandardCopyOption.ATOMIC_MOVE} : new CopyOption[0]);
        committed = true;
    }

    /** Takes the name away, whatever is still being written. Any thread may call this. */
    void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            if (!committed) {
                delete();
            }
        }
    }
}
