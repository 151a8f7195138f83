package io.ferrule.examples.cp;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Decides where a copy goes, as cp(1) does, and refuses what must not be copied or overwritten. */
final class Destination {
    private Destination() {}

    /**
     * The file that the copy becomes: no symbolic link, in a directory that exists.
     *
     * @param given a file's path, or a directory to copy into
     */
    static Path resolve(Path source, Path given, boolean replace) throws IOException {
        checkSource(source);
        Path target = given;
        if (Files.isDirectory(target)) {
            target = target.resolve(nameOf(source));
        }
        if (Files.isSymbolicLink(target)) {
            if (!Files.exists(target)) {
                throw refusal(target, "is a symbolic link to nothing, which cp does not write through");
            }
            target = target.toRealPath();
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            checkExisting(source, target, replace);
        }
        Path directory = target.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw refusal(target, "there is no such directory to put it in");
        }
        return target;
    }

    private static void checkSource(Path source) throws IOException {
        BasicFileAttributes status = Files.readAttributes(source, BasicFileAttributes.class);
        if (status.isDirectory()) {
            throw refusal(source, "is a directory; only files are copied");
        }
        if (!status.isRegularFile()) {
            throw refusal(source, "is not a regular file");
        }
    }

    private static void checkExisting(Path source, Path target, boolean replace) throws IOException {
        if (Files.isSameFile(source, target)) {
            throw refusal(source, "is the same file as " + target);
        }
        if (Files.isDirectory(target)) {
            throw refusal(target, "is a directory, which a file cannot replace");
        }
        if (!Files.isRegularFile(target)) {
            throw refusal(target, "is not a regular file");
        }
        if (!replace) {
            throw refusal(target, "exists already; --force replaces it");
        }
    }

    private static Path nameOf(Path source) {
        Path name = source.getFileName();
        if (name == null) {
            throw new IllegalArgumentException("a path without a name is a directory: " + source);
        }
        return name;
    }

    private static FileSystemException refusal(Path file, String why) {
        return new FileSystemException(file.toString(), null, why);
    }
}
