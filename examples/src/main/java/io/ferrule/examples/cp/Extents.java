package io.ferrule.examples.cp;

import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;

/** A cursor over a file, block by block, that passes over holes if asked to. Blocks start at multiples of {@link DualFile#ALIGNMENT}. */
final class Extents {
    private final Fd file;
    private final long size;
    private final int blockSize;
    private final boolean skipHoles;

    /** Where the data ends that the cursor is in. */
    private long dataEnd;

    private long offset;
    private int length;

    Extents(Fd file, long size, int blockSize, boolean skipHoles) {
        this.file = file;
        this.size = size;
        this.blockSize = blockSize;
        this.skipHoles = skipHoles;
        this.dataEnd = skipHoles ? 0 : size;
    }

    /** Moves to the next block. Returns false at the end. */
    boolean next() throws ErrnoException {
        long at = offset + length;
        if (at < dataEnd) {
            offset = at;
        } else if (!findData(at)) {
            return false;
        }
        length = (int) Math.min(blockSize, dataEnd - offset);
        return true;
    }

    long offset() {
        return offset;
    }

    /** In bytes; a multiple of the alignment, but at the end of the file. */
    int length() {
        return length;
    }

    /** Puts the cursor where the data starts that comes at or after a position. */
    private boolean findData(long from) throws ErrnoException {
        if (!skipHoles || from >= size) {
            return false;
        }
        long start = file.nextData(from);
        if (start < 0 || start >= size) {
            return false;
        }
        long end = file.nextHole(start);
        // Extents are multiples of the filesystem's blocks, which may be smaller than ours: a little of a hole is then
        // copied.
        offset = start - start % DualFile.ALIGNMENT;
        dataEnd = end < 0 ? size : Math.min(size, roundUp(end));
        return true;
    }

    private static long roundUp(long position) {
        long beyond = position % DualFile.ALIGNMENT;
        return beyond == 0 ? position : position + (DualFile.ALIGNMENT - beyond);
    }
}
