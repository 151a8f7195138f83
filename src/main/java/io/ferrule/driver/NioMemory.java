package io.ferrule.driver;

import io.ferrule.sys.PathBytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The memory that operations name by its address, as Java has memory. The layer above keeps it allocated. */
final class NioMemory {
    private static final int MAX_PATH = 4096;

    // struct iovec and struct msghdr, as every 64-bit Linux has them; here they are only a form for arguments.
    private static final int PIECE_SIZE = 16;
    private static final int PIECE_LENGTH = 8;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int PIECES = 16;
    private static final int PIECE_COUNT = 24;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int HEADER_SIZE = 56;

    private NioMemory() {}

    static MemorySegment segment(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    static ByteBuffer buffer(long address, long length) {
        return segment(address, length).asByteBuffer();
    }

    static Path path(long address) {
        MemorySegment name = segment(address, MAX_PATH);
        int length = 0;
        while (name.get(ValueLayout.JAVA_BYTE, length) != 0) {
            length++;
        }
        return Path.of(PathBytes.text(name.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), length));
    }

    /** Pieces of memory. */
    static ByteBuffer[] pieces(long address, int count) {
        MemorySegment array = segment(address, (long) count * PIECE_SIZE);
        ByteBuffer[] buffers = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            long at = (long) i * PIECE_SIZE;
            buffers[i] =
                    buffer(array.get(ValueLayout.JAVA_LONG, at), array.get(ValueLayout.JAVA_LONG, at + PIECE_LENGTH));
        }
        return buffers;
    }

    /** A message: an address, and pieces of memory. */
    record Message(MemorySegment header) {
        static Message at(long address) {
            return new Message(segment(address, HEADER_SIZE));
        }

        ByteBuffer[] pieces() {
            return NioMemory.pieces(
                    header.get(ValueLayout.JAVA_LONG, PIECES), (int) header.get(ValueLayout.JAVA_LONG, PIECE_COUNT));
        }

        /** Of no length where there is none. */
        MemorySegment name() {
            return segment(header.get(ValueLayout.JAVA_LONG, NAME), header.get(ValueLayout.JAVA_INT, NAME_LENGTH));
        }

        boolean hasControl() {
            return header.get(ValueLayout.JAVA_LONG, CONTROL_LENGTH) != 0;
        }

        void received(int nameLength, int flags) {
            header.set(ValueLayout.JAVA_INT, NAME_LENGTH, nameLength);
            header.set(ValueLayout.JAVA_INT, FLAGS, flags);
        }
    }
}
