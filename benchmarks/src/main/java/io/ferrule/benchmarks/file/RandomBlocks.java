package io.ferrule.benchmarks.file;

/** Which block of the file is next: the same sequence on all sides, in C too. */
final class RandomBlocks {
    private static final int LAST_BLOCK = BlockFile.SIZE / BlockFile.BLOCK - 1;

    private static final long SEED = 0x9e37_79b9_7f4a_7c15L;

    private long random;

    RandomBlocks() {
        this(0);
    }

    /** Another sequence for each of many threads. */
    RandomBlocks(int sequence) {
        random = SEED + sequence;
    }

    /** Marsaglia's xorshift: cheap, and the same in any language. */
    long nextOffset() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (random & LAST_BLOCK) * BlockFile.BLOCK;
    }
}
