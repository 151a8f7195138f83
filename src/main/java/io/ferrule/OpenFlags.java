package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** What Java calls opening a file, in the kernel's flags. */
final class OpenFlags {
    private OpenFlags() {}

    static int of(OpenOption... options) {
        Set<OpenOption> all = Set.of(options);
        boolean append = all.contains(StandardOpenOption.APPEND);
        boolean write = append || all.contains(StandardOpenOption.WRITE);
        boolean read = !write || all.contains(StandardOpenOption.READ);
        int flags = write ? read ? LibC.O_RDWR() : LibC.O_WRONLY() : LibC.O_RDONLY();
        for (OpenOption option : all) {
            flags |= flag(option, write);
        }
        return flags;
    }

    private static int flag(OpenOption option, boolean write) {
        if (option instanceof StandardOpenOption standard) {
            return switch (standard) {
                case READ, WRITE, SPARSE -> 0;
                case APPEND -> LibC.O_APPEND();
                case TRUNCATE_EXISTING -> write ? LibC.O_TRUNC() : 0;
                case CREATE -> write ? LibC.O_CREAT() : 0;
                case CREATE_NEW -> write ? LibC.O_CREAT() | LibC.O_EXCL() : 0;
                case SYNC -> LibC.O_SYNC();
                case DSYNC -> LibC.O_DSYNC();
                case DELETE_ON_CLOSE ->
                    throw new UnsupportedOperationException("DELETE_ON_CLOSE: unlink the file yourself");
            };
        }
        if (option == FileOption.DIRECT) {
            return Abi.value("O_DIRECT");
        }
        if (option == LinkOption.NOFOLLOW_LINKS) {
            return Abi.value("O_NOFOLLOW");
        }
        throw new UnsupportedOperationException(option + " has no meaning here");
    }
}
