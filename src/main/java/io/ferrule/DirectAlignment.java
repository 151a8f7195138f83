package io.ferrule;

/**
 * What direct I/O ({@code O_DIRECT}) asks of a file's requests, in bytes: memory starts at a multiple of {@code memory}; offset and length are
 * multiples of {@code offset}. Both are 0 where the file cannot be used so at all.
 */
public record DirectAlignment(int memory, int offset) {
    /** Whether the file can be opened for direct I/O. */
    public boolean isSupported() {
        return offset > 0;
    }
}
