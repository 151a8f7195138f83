package io.ferrule;

/** What a name in a directory stands for. */
public enum FileType {
    /** Bytes on a device. */
    REGULAR(0100000),
    /** Names of files. */
    DIRECTORY(0040000),
    /** The name of another file. */
    SYMBOLIC_LINK(0120000),
    /** The name of a Unix socket. */
    SOCKET(0140000),
    /** A pipe with a name. */
    PIPE(0010000),
    /** A device of characters, such as a terminal. */
    CHARACTER_DEVICE(0020000),
    /** A device of blocks, such as a disk. */
    BLOCK_DEVICE(0060000),
    /** Something without a type, such as an eventfd. */
    OTHER(0);

    /** As {@code S_IFMT}. */
    private static final int MASK = 0170000;

    private final int bits;

    FileType(int bits) {
        this.bits = bits;
    }

    /** The type in a mode as {@code stat} tells it. */
    static FileType of(int mode) {
        for (FileType type : values()) {
            if (type.bits == (mode & MASK)) {
                return type;
            }
        }
        return OTHER;
    }
}
