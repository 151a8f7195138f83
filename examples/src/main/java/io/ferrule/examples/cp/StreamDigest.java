package io.ferrule.examples.cp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a file whose blocks come in order. What lies between them is a hole, and counts as the zeros it reads as. */
final class StreamDigest {
    private static final int CHUNK = 64 << 10;
    private static final byte[] ZEROS = new byte[CHUNK];

    private final MessageDigest digest = sha256();
    private final byte[] chunk = new byte[CHUNK];
    private long position;

    /**
     * Takes a block.
     *
     * @param offset in the file, at or after the end of the last block
     */
    void update(long offset, MemorySegment buffer, long from, int length) {
        zerosUpTo(offset);
        for (int done = 0; done < length; ) {
            int count = Math.min(CHUNK, length - done);
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, from + done, chunk, 0, count);
            digest.update(chunk, 0, count);
            done += count;
        }
        position += length;
    }

    /** The digest of a file of this size, in hexadecimal. */
    String finish(long size) {
        zerosUpTo(size);
        return HexFormat.of().formatHex(digest.digest());
    }

    private void zerosUpTo(long end) {
        while (position < end) {
            int count = (int) Math.min(CHUNK, end - position);
            digest.update(ZEROS, 0, count);
            position += count;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
