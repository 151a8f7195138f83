package io.ferrule;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Names of files as the kernel takes them. */
final class PathName {
    private PathName() {}

    /**
     * Native memory with the name.
     *
     * @throws IllegalArgumentException for a path of another file system, such as one inside a zip file
     */
    static MemorySegment of(Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(
                    path + " is a path of " + path.getFileSystem() + ", which the kernel knows nothing of");
        }
        String text = path.toString();
        return Arena.ofAuto().allocateFrom(text.isEmpty() ? "." : text);
    }
}
