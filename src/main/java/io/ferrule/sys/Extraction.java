package io.ferrule.sys;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Writes the helper library to disk. Its directory is readable by its owner alone, so that nobody else can put a library there; its name holds
 * a checksum of its bytes, so that versions do not meet; it appears by a rename, so that a JVM starting at the same time never sees half of it.
 */
final class Extraction {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PRIVATE);

    private Extraction() {}

    static Path extract(byte[] library, Path parent) throws IOException {
        Path directory = privateDirectory(parent);
        Path file = directory.resolve("libferrule-" + hash(library) + ".so");
        if (!holds(file, library)) {
            Path draft = Files.createTempFile(directory, "libferrule-", ".draft");
            try {
                Files.write(draft, library);
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(draft);
            }
        }
        return file;
    }

    private static boolean holds(Path file, byte[] library) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Arrays.equals(Files.readAllBytes(file), library);
    }

    private static Path privateDirectory(Path parent) throws IOException {
        Files.createDirectories(parent);
        Path directory = parent.resolve("ferrule-" + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        try {
            return Files.createDirectory(directory, PRIVATE_DIRECTORY);
        } catch (FileAlreadyExistsException e) {
            // Somebody else may have made it first, to have us load their library.
            return isPrivate(directory) ? directory : Files.createTempDirectory(parent, "ferrule-", PRIVATE_DIRECTORY);
        }
    }

    private static boolean isPrivate(Path directory) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return attributes.isDirectory()
                && attributes.permissions().equals(PRIVATE)
                && Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    /** A name, no more: what the file holds is compared. A cryptographic hash would cost tens of milliseconds, for all that the JDK loads for one. */
    private static String hash(byte[] library) {
        CRC32 sum = new CRC32();
        sum.update(library);
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }
}
