package io.ferrule.driver;

import io.ferrule.sys.Errno;
import io.ferrule.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The three sets of descriptors that {@code pselect6} takes, a bit for each number, and the three it answers with. They grow with the highest number:
 * the kernel reads as many bits as it is told, and knows no FD_SETSIZE. That limit of 1024 is the C library's type, which is not used here.
 *
 * <pre>
 *   wanted: | input | output | exceptional |      each set: words of 64 bits, the bit of descriptor n is
 *   found:  | input | output | exceptional |      bit n % 64 of word n / 64
 * </pre>
 */
final class SelectSets {
    static final int INPUT = 0;
    static final int OUTPUT = 1;
    static final int EXCEPTIONAL = 2;

    private static final int SETS = 3;
    private static final int FIRST_WORDS = 16;

    private final Arena arena;
    private MemorySegment wanted;
    private MemorySegment found;

    /** Of each set. */
    private int words = FIRST_WORDS;

    /** Bits in each wanted set. */
    private final int[] sizes = new int[SETS];

    /** The highest number in a set, and one more: what the kernel calls nfds. */
    private int end;

    SelectSets(Arena arena) {
        this.arena = arena;
        wanted = allocate(words);
        found = allocate(words);
    }

    private MemorySegment allocate(int wordsOfEach) {
        return arena.allocate((long) SETS * wordsOfEach * Long.BYTES, Long.BYTES);
    }

    /** Puts a descriptor into a set, or takes it out. */
    void set(int set, int fd, boolean in) {
        int word = fd / Long.SIZE;
        if (word >= words) {
            if (!in) {
                return;
            }
            grow(Math.max(word + 1, words * 2));
        }
        long before = word(wanted, set, word);
        long bit = 1L << fd; // modulo 64
        long after = in ? before | bit : before & ~bit;
        if (before == after) {
            return;
        }
        wanted.setAtIndex(ValueLayout.JAVA_LONG, (long) set * words + word, after);
        sizes[set] += in ? 1 : -1;
        if (in) {
            end = Math.max(end, fd + 1);
        } else if (fd == end - 1) {
            end = highest() + 1;
        }
    }

    /** Old memory is freed with the arena: in all, that is less than the new one. */
    private void grow(int larger) {
        MemorySegment copy = allocate(larger);
        for (int set = 0; set < SETS; set++) {
            MemorySegment.copy(
                    wanted,
                    (long) set * words * Long.BYTES,
                    copy,
                    (long) set * larger * Long.BYTES,
                    (long) words * Long.BYTES);
        }
        wanted = copy;
        found = allocate(larger);
        words = larger;
    }

    private int highest() {
        for (int word = words() - 1; word >= 0; word--) {
            long bits = wantedInAny(word);
            if (bits != 0) {
                return word * Long.SIZE + Long.SIZE - 1 - Long.numberOfLeadingZeros(bits);
            }
        }
        return -1;
    }

    /** How many words of each set are in use. */
    int words() {
        return Math.ceilDiv(end, Long.SIZE);
    }

    /** 64 bits of all wanted sets together. */
    long wantedInAny(int word) {
        return word(wanted, INPUT, word) | word(wanted, OUTPUT, word) | word(wanted, EXCEPTIONAL, word);
    }

    /** 64 bits that the last {@link #select} has found in a set. */
    long found(int set, int word) {
        return sizes[set] == 0 ? 0 : word(found, set, word);
    }

    private long word(MemorySegment sets, int set, int word) {
        return sets.getAtIndex(ValueLayout.JAVA_LONG, (long) set * words + word);
    }

    /**
     * Waits until a descriptor is ready, the time is up, or a signal has come: {@code pselect6}, which knows no wake-up by a signal mask here.
     *
     * @param timespec its address, or 0 to wait for ever
     * @return how many bits there are to be found; 0 also after a signal; a negative errno, such as -EBADF when one of the descriptors is not open
     */
    int select(long timespec) {
        int result = SystemCall.invoke(
                SystemCall.PSELECT6, end, copied(INPUT), copied(OUTPUT), copied(EXCEPTIONAL), timespec, 0);
        return result == -Errno.EINTR.number() ? 0 : result;
    }

    /** The address of a set's copy, for the kernel to write the answer over; 0, which is NULL, when it is empty. */
    private long copied(int set) {
        if (sizes[set] == 0) {
            return 0;
        }
        long at = (long) set * words * Long.BYTES;
        MemorySegment.copy(wanted, at, found, at, (long) words() * Long.BYTES);
        return found.address() + at;
    }
}
