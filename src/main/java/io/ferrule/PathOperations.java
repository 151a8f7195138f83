package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import java.lang.foreign.MemorySegment;
import java.nio.file.CopyOption;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * What a loop does with names of files: {@link Loop#paths}. Failures are the exceptions of {@code java.nio.file}: NoSuchFileException,
 * FileAlreadyExistsException, AccessDeniedException, DirectoryNotEmptyException; or an {@link io.ferrule.sys.ErrnoException}.
 *
 * <p>What is not here the kernel does not do asynchronously, reading a directory above all: {@link java.nio.file.Files#list}, on another thread.
 */
public final class PathOperations {
    private final Loop loop;

    PathOperations(Loop loop) {
        this.loop = loop;
    }

    /**
     * What the kernel knows of a file. Mirrors {@code statx(2)}.
     *
     * @param options {@link LinkOption#NOFOLLOW_LINKS} for a symbolic link itself
     */
    public Task<FileStatus> status(Path path, LinkOption... options) {
        loop.checkOpen();
        byte[] name = PathName.bytes(path);
        MemorySegment both = loop.taskMemory().take(FileStatus.SIZE + name.length);
        PathName.put(name, both, FileStatus.SIZE);
        Task<FileStatus> task = new Task<>(loop, OperationKind.STATX, null, path.toString()) {
            @Override
            FileStatus value(int result) {
                return FileStatus.of(both);
            }
        };
        task.keeps(both);
        task.step.fd = LibC.AT_FDCWD();
        task.step.address = both.address() + FileStatus.SIZE;
        task.step.flags = options.length == 0 ? 0 : LibC.AT_SYMLINK_NOFOLLOW();
        task.step.length = FileStatus.MASK;
        task.step.address2 = both.address();
        return task;
    }

    /**
     * Makes a directory. Mirrors {@code mkdirat(2)}.
     *
     * @param permissions such as 0755 (octal), of which the process's umask takes away
     */
    public Task<@Nullable Void> createDirectory(Path path, int permissions) {
        Task<@Nullable Void> task = about(OperationKind.MKDIR, path);
        task.step.length = permissions;
        return task;
    }

    /** Removes the name of anything but a directory. Mirrors {@code unlinkat(2)}. */
    public Task<@Nullable Void> deleteFile(Path path) {
        return about(OperationKind.UNLINK, path);
    }

    /** Removes an empty directory. Mirrors {@code unlinkat(2)} with {@code AT_REMOVEDIR}. */
    public Task<@Nullable Void> deleteDirectory(Path path) {
        Task<@Nullable Void> task = about(OperationKind.UNLINK, path);
        task.step.flags = LibC.AT_REMOVEDIR();
        return task;
    }

    /**
     * Gives a file or directory another name in the same file system, at once or not at all. Mirrors {@code renameat2(2)}.
     *
     * @param options {@link StandardCopyOption#REPLACE_EXISTING} to take the place of what has that name; without it that is a
     *     FileAlreadyExistsException. {@link StandardCopyOption#ATOMIC_MOVE} makes no difference: it always is
     * @throws UnsupportedOperationException for other options
     */
    public Task<@Nullable Void> rename(Path from, Path to, CopyOption... options) {
        int flags = LibC.RENAME_NOREPLACE();
        for (CopyOption option : options) {
            if (option == StandardCopyOption.REPLACE_EXISTING) {
                flags = 0;
            } else if (option != StandardCopyOption.ATOMIC_MOVE) {
                throw new UnsupportedOperationException(option + " has no meaning for a change of name");
            }
        }
        Task<@Nullable Void> task = aboutTwo(OperationKind.RENAME, from, to);
        task.step.flags = flags;
        return task;
    }

    /** Gives a file another name besides. Mirrors {@code linkat(2)}. */
    public Task<@Nullable Void> link(Path existing, Path name) {
        return aboutTwo(OperationKind.LINK, existing, name);
    }

    /**
     * Makes a symbolic link. Mirrors {@code symlinkat(2)}.
     *
     * @param target what it points to, whether that exists or not; relative to the link's directory
     * @param link its name
     */
    public Task<@Nullable Void> symbolicLink(Path target, Path link) {
        return aboutTwo(OperationKind.SYMLINK, target, link);
    }

    private Task<@Nullable Void> about(OperationKind kind, Path path) {
        loop.checkOpen();
        MemorySegment name = PathName.of(path, loop.taskMemory());
        Task<@Nullable Void> task = new Task<>(loop, kind, null, path.toString());
        task.keeps(name);
        task.step.fd = LibC.AT_FDCWD();
        task.step.address = name.address();
        return task;
    }

    private Task<@Nullable Void> aboutTwo(OperationKind kind, Path first, Path second) {
        loop.checkOpen();
        byte[] one = PathName.bytes(first);
        byte[] two = PathName.bytes(second);
        MemorySegment both = loop.taskMemory().take(one.length + two.length);
        PathName.put(one, both, 0);
        PathName.put(two, both, one.length);
        // The exception of a name that is taken, or missing, tells both.
        Task<@Nullable Void> task = new Task<>(loop, kind, null, first + " -> " + second);
        task.keeps(both);
        task.step.fd = LibC.AT_FDCWD();
        task.step.fd2 = LibC.AT_FDCWD();
        task.step.address = both.address();
        task.step.address2 = both.address() + one.length;
        return task;
    }
}
