package io.ferrule;

import io.ferrule.sys.PathBytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;

/** Names of files as the kernel takes them. */
final class PathName {
    private static final byte[] HERE = {'.', 0};

    private PathName() {}

    /**
     * What has the name at its beginning.
     *
     * @throws IllegalArgumentException as {@link #bytes} does
     */
    static MemorySegment of(Path path, TaskMemory memory) {
        byte[] name = bytes(path);
        MemorySegment of = memory.take(name.length);
        put(name, of, 0);
        return of;
    }

    static void put(byte[] name, MemorySegment memory, long at) {
        MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, at, name.length);
    }

    /**
     * With a zero at the end.
     *
     * @throws IllegalArgumentException for a path of another file system, such as one inside a zip file; and as {@link PathBytes#of} does
     */
    static byte[] bytes(Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(
                    path + " is a path of " + path.getFileSystem() + ", which the kernel knows nothing of");
        }
        byte[] name = PathBytes.of(path);
        return name.length == 0 ? HERE : Arrays.copyOf(name, name.length + 1);
    }
}
