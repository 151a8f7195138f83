package io.ferrule.examples.cp;

/**
 * How to copy.
 *
 * @param blockSize bytes moved by one request: a multiple of 4,096, up to 64 MiB
 * @param depth blocks in flight at most, 1 to 4,096; with the block size no more than 1 GiB together
 * @param direct around the page cache (O_DIRECT)
 * @param checksum compute SHA-256 of the source as read and of the copy as read back
 * @param keepHoles holes of the source become holes of the copy; otherwise zeros are written
 * @param replace replace a file that is there already
 */
public record CopyOptions(
        int blockSize, int depth, boolean direct, boolean checksum, boolean keepHoles, boolean replace) {
    private static final int MAX_BLOCK = 64 << 20;
    private static final int MAX_DEPTH = 4096;
    private static final long MAX_MEMORY = 1L << 30;

    /** @throws IllegalArgumentException when a number is out of its range; the message says which and why */
    public CopyOptions {
        if (blockSize < DualFile.ALIGNMENT || blockSize > MAX_BLOCK || blockSize % DualFile.ALIGNMENT != 0) {
            throw new IllegalArgumentException("the block size is a multiple of " + DualFile.ALIGNMENT
                    + " bytes, up to " + MAX_BLOCK + ", not " + blockSize);
        }
        if (depth < 1 || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("the depth is 1 to " + MAX_DEPTH + " blocks, not " + depth);
        }
        if ((long) blockSize * depth > MAX_MEMORY) {
            throw new IllegalArgumentException(depth + " blocks of " + blockSize + " bytes take "
                    + (long) blockSize * depth + " bytes of memory; " + MAX_MEMORY + " is the most");
        }
    }
}
