package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/** What system calls do to the names of files and directories, done by the JDK. Blocks. */
final class NioFiles {
    /** How files may be opened here. {@code O_CLOEXEC}, {@code O_NOCTTY} and {@code O_LARGEFILE} go without saying. */
    private static final int KNOWN_FLAGS = LibC.O_ACCMODE()
            | LibC.O_CREAT()
            | LibC.O_EXCL()
            | LibC.O_TRUNC()
            | LibC.O_APPEND()
            | LibC.O_DSYNC()
            | LibC.O_SYNC()
            | LibC.O_CLOEXEC()
            | LibC.O_NOCTTY();

    private static final int EOPNOTSUPP = -Errno.EOPNOTSUPP.number();

    /** As PosixFilePermission has them, from the lowest bit. */
    private static final PosixFilePermission[] PERMISSIONS = {
        PosixFilePermission.OTHERS_EXECUTE,
        PosixFilePermission.OTHERS_WRITE,
        PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE,
        PosixFilePermission.GROUP_WRITE,
        PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE,
        PosixFilePermission.OWNER_WRITE,
        PosixFilePermission.OWNER_READ
    };

    private NioFiles() {}

    // ---- names ----

    /** Whether a path at a directory's descriptor is one that the JDK can find. */
    private static boolean isReachable(int directory, Path path) {
        return directory == LibC.AT_FDCWD() || path.isAbsolute();
    }

    static int open(NioTable table, Operation op) throws IOException {
        Path path = NioMemory.path(op.address);
        if ((op.flags & ~KNOWN_FLAGS) != 0 || !isReachable(op.fd, path)) {
            return EOPNOTSUPP; // O_DIRECT, for one
        }
        Set<OpenOption> options = new HashSet<>();
        int access = op.flags & LibC.O_ACCMODE();
        if (access != LibC.O_WRONLY()) {
            options.add(StandardOpenOption.READ);
        }
        if (access != LibC.O_RDONLY()) {
            options.add(StandardOpenOption.WRITE);
        }
        add(options, op.flags, LibC.O_TRUNC(), StandardOpenOption.TRUNCATE_EXISTING);
        add(options, op.flags, LibC.O_SYNC(), StandardOpenOption.SYNC);
        if (!options.contains(StandardOpenOption.SYNC)) {
            add(options, op.flags, LibC.O_DSYNC(), StandardOpenOption.DSYNC);
        }
        if ((op.flags & LibC.O_APPEND()) != 0) {
            options.add(StandardOpenOption.APPEND);
            options.remove(StandardOpenOption.TRUNCATE_EXISTING);
        }
        boolean create = (op.flags & LibC.O_CREAT()) != 0;
        boolean exclusive = create && (op.flags & LibC.O_EXCL()) != 0;
        FileAttribute<?>[] mode = mode(path, op.length);
        if (create && access == LibC.O_RDONLY()) {
            createFirst(path, exclusive, mode);
        } else if (create) {
            options.add(exclusive ? StandardOpenOption.CREATE_NEW : StandardOpenOption.CREATE);
        }
        return table.add(new NioFile(FileChannel.open(path, options, create ? mode : new FileAttribute<?>[0])));
    }

    private static void add(Set<OpenOption> options, int flags, int flag, OpenOption option) {
        if ((flags & flag) == flag) {
            options.add(option);
        }
    }

    /** The JDK creates a file only for who writes to it. */
    private static void createFirst(Path path, boolean exclusive, FileAttribute<?>[] mode) throws IOException {
        try {
            Files.createFile(path, mode);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            if (exclusive) {
                throw e;
            }
        }
    }

    private static FileAttribute<?>[] mode(Path path, long bits) {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        EnumSet<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < PERMISSIONS.length; i++) {
            if ((bits >> i & 1) != 0) {
                permissions.add(PERMISSIONS[i]);
            }
        }
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
    }

    static int makeDirectory(Operation op) throws IOException {
        Path path = NioMemory.path(op.address);
        if (!isReachable(op.fd, path)) {
            return EOPNOTSUPP;
        }
        Files.createDirectory(path, mode(path, op.length));
        return 0;
    }

    static int unlink(Operation op) throws IOException {
        Path path = NioMemory.path(op.address);
        if (!isReachable(op.fd, path) || (op.flags & ~LibC.AT_REMOVEDIR()) != 0) {
            return EOPNOTSUPP;
        }
        boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        boolean wantsDirectory = op.flags != 0;
        if (isDirectory != wantsDirectory && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return -(isDirectory ? Errno.EISDIR : Errno.ENOTDIR).number();
        }
        Files.delete(path);
        return 0;
    }

    static int rename(Operation op) throws IOException {
        Path from = NioMemory.path(op.address);
        Path to = NioMemory.path(op.address2);
        if (!isReachable(op.fd, from) || !isReachable(op.fd2, to) || op.flags != 0) {
            return EOPNOTSUPP; // what the flags ask for, the JDK cannot do in one step
        }
        CopyOption[] atomically = {StandardCopyOption.ATOMIC_MOVE};
        Files.move(from, to, atomically);
        return 0;
    }

    static int link(Operation op) throws IOException {
        Path from = NioMemory.path(op.address);
        Path to = NioMemory.path(op.address2);
        if (!isReachable(op.fd, from) || !isReachable(op.fd2, to) || op.flags != 0) {
            return EOPNOTSUPP;
        }
        Files.createLink(to, from);
        return 0;
    }

    static int symlink(Operation op) throws IOException {
        Path target = NioMemory.path(op.address);
        Path path = NioMemory.path(op.address2);
        if (!isReachable(op.fd2, path)) {
            return EOPNOTSUPP;
        }
        Files.createSymbolicLink(path, target);
        return 0;
    }
}
