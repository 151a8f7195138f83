package io.ferrule.uring;

import io.ferrule.sys.Descriptor;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Random arguments for methods of {@link Sqe}, of the kinds they take. Values at the edges of a type come up often. */
final class RandomArguments {
    /** What a parameter takes: its type, and where a value comes from. */
    enum Kind {
        /** The operation's own descriptor, plain or direct: a direct one shows in the entry's flags. */
        DESCRIPTOR(Descriptor.class, RandomArguments::descriptor),
        /** A descriptor that is direct in the operation's own way. */
        OTHER_DESCRIPTOR(Descriptor.class, RandomArguments::descriptor),
        PLAIN(Fd.class, RandomArguments::plain),
        DIRECTORY(Fd.class, r -> r.random.nextBoolean() ? Fd.CWD : r.plain()),
        DIRECT(DirectDescriptor.class, RandomArguments::direct),
        /** A slot for a new direct descriptor, or any. */
        SLOT(DirectDescriptor.class, r -> r.random.nextInt(4) == 0 ? DirectDescriptor.ANY : r.direct()),
        OPCODE(Opcode.class, r -> Opcode.values()[r.random.nextInt(Opcode.values().length)]),
        OPCODE_NUMBER(int.class, r -> r.random.nextInt(1 << Byte.SIZE)),
        INT(int.class, RandomArguments::anyInt),
        /** 0 or more. */
        COUNT(int.class, r -> r.anyInt() & Integer.MAX_VALUE),
        /** 16 bits: the index of a buffer, a group, a personality. */
        ID(int.class, r -> r.anyInt() & 0xffff),
        /** Flags of entries, without the one that {@link Sqe#skipSuccess} keeps to itself. */
        ENTRY_FLAGS(int.class, r -> r.random.nextInt(1 << Byte.SIZE) & ~Sqe.IOSQE_CQE_SKIP_SUCCESS),
        LONG(long.class, RandomArguments::anyLong),
        /** 0 or more. */
        NANOS(long.class, r -> r.anyLong() & Long.MAX_VALUE),
        BOOLEAN(boolean.class, r -> r.random.nextBoolean()),
        PIECES(IovecArray.class, r -> r.pieces),
        PIECE_COUNT(int.class, r -> r.random.nextInt(MOST_PIECES + 1)),
        BUFFER(MemorySegment.class, r -> r.memory(0, BLOCK)),
        /** Memory that is only named, never touched. */
        ANY_SIZE(
                MemorySegment.class,
                r -> r.memory(0, BLOCK).reinterpret(r.anyLong() & (r.random.nextBoolean() ? BLOCK : Long.MAX_VALUE))),
        /** The number of bytes of a part that starts {@value #PART} bytes into the buffer before it. */
        LARGE_BUFFER(MemorySegment.class, r -> r.memory(BLOCK / 2, BLOCK)),
        PART_START(long.class, r -> (long) r.random.nextInt(PART + 1)),
        PART_LENGTH(int.class, r -> r.random.nextInt(PART + 1)),
        PATH(MemorySegment.class, r -> r.paths[r.random.nextInt(r.paths.length)]),
        /** An address: at least as long as what {@link #LENGTH_WORD} holds. */
        ADDRESS(MemorySegment.class, r -> r.memory(ADDRESS_LENGTH, 4 * ADDRESS_LENGTH)),
        LENGTH_WORD(MemorySegment.class, r -> r.lengthWords.asSlice(r.random.nextInt(8) * 4L, 4)),
        /** Room for whatever structure the kernel reads or writes; none is larger than {@code struct statx}. */
        STRUCT(MemorySegment.class, r -> r.memory(LARGEST_STRUCT, LARGEST_STRUCT)),
        OPEN_HOW(MemorySegment.class, r -> r.memory(24, 24)),
        /** Any number of small buffers of {@link #SMALL_SIZE}. */
        SMALL_BUFFERS(MemorySegment.class, r -> {
            int size = r.random.nextInt(16) * SMALL;
            return r.memory(size, size);
        }),
        SMALL_SIZE(int.class, r -> SMALL),
        /** As many bytes as a command has room for, or fewer. */
        COMMAND(MemorySegment.class, r -> r.memory(0, r.commandRoom));

        final Class<?> type;
        private final Function<RandomArguments, Object> source;

        Kind(Class<?> type, Function<RandomArguments, Object> source) {
            this.type = type;
            this.source = source;
        }
    }

    private static final int BLOCK = 1 << 16;
    private static final int PART = BLOCK / 4;
    private static final int MOST_PIECES = 16;
    private static final int ADDRESS_LENGTH = 28;
    private static final int LARGEST_STRUCT = 256;
    private static final int SMALL = 64;
    private static final long[] EDGES = {
        0,
        1,
        -1,
        Byte.MAX_VALUE,
        0xff,
        Short.MAX_VALUE,
        0xffff,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xffff_ffffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final RandomGenerator random;
    private final int commandRoom;
    private final MemorySegment block;
    private final MemorySegment lengthWords;
    private final MemorySegment[] paths;
    private final IovecArray pieces;

    /**
     * A source of arguments.
     *
     * @param commandRoom how many bytes of data a command takes at most
     */
    RandomArguments(long seed, int commandRoom) {
        Arena arena = Arena.ofAuto();
        this.random = new Random(seed);
        this.commandRoom = commandRoom;
        this.block = arena.allocate(BLOCK, 8);
        for (int i = 0; i < BLOCK; i++) {
            block.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        this.lengthWords = arena.allocateFrom(ValueLayout.JAVA_INT, 0, 1, 2, 8, 16, 24, 27, ADDRESS_LENGTH);
        this.paths = new MemorySegment[] {
            arena.allocateFrom(""), arena.allocateFrom("/etc/hostname"), arena.allocateFrom("relative/\u00e4")
        };
        this.pieces = IovecArray.allocate(arena, MOST_PIECES);
    }

    Object draw(Kind kind) {
        return kind.source.apply(this);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    private Descriptor descriptor() {
        return random.nextBoolean() ? plain() : direct();
    }

    private Fd plain() {
        return Fd.borrow(anyInt() & Integer.MAX_VALUE);
    }

    /** Its number counted from 1 must be an int too. */
    private DirectDescriptor direct() {
        return DirectDescriptor.of(Math.min(anyInt() & Integer.MAX_VALUE, Integer.MAX_VALUE - 1));
    }

    private int anyInt() {
        return (int) anyLong();
    }

    private long anyLong() {
        return random.nextInt(4) == 0 ? EDGES[random.nextInt(EDGES.length)] : random.nextLong();
    }

    private MemorySegment memory(int least, int most) {
        int size = least + random.nextInt(most - least + 1);
        return block.asSlice(random.nextInt(BLOCK - size + 1), size);
    }
}
