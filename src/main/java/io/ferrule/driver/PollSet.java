package io.ferrule.driver;

import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors and the events awaited on each, as {@code ppoll} takes them: an array of {@code struct pollfd} without gaps. A watch is in one set at
 * most, at its {@link Watch#place}.
 */
final class PollSet {
    private static final int FIRST_CAPACITY = 64;

    // struct pollfd
    private static final long SIZE = 8;
    private static final long EVENTS = 4;
    private static final long RETURNED = 6;

    static {
        Abi.require("sizeof pollfd", SIZE);
        Abi.require("pollfd.events", EVENTS);
        Abi.require("pollfd.revents", RETURNED);
    }

    private final Arena arena;
    private MemorySegment entries;
    private @Nullable Watch[] watches = new @Nullable Watch[FIRST_CAPACITY];
    private int count;

    PollSet(Arena arena) {
        this.arena = arena;
        this.entries = arena.allocate(FIRST_CAPACITY * SIZE, SIZE);
    }

    /** How many descriptors there are. */
    int size() {
        return count;
    }

    /** Adds a descriptor of the driver's own, for input. It stays where it is, since those are never removed and come first. */
    void addOwn(int fd) {
        add(fd, Watch.POLLIN, null);
    }

    /** Adds a watch that is in no set. */
    void add(Watch watch, int events) {
        watch.place = count;
        add(watch.fd, events, watch);
    }

    private void add(int fd, int events, @Nullable Watch watch) {
        if (count == watches.length) {
            grow();
        }
        watches[count] = watch;
        long at = count * SIZE;
        entries.set(ValueLayout.JAVA_INT, at, fd);
        entries.set(ValueLayout.JAVA_SHORT, at + EVENTS, (short) events);
        entries.set(ValueLayout.JAVA_SHORT, at + RETURNED, (short) 0);
        count++;
    }

    /** Old memory is freed with the arena: in all, that is less than the new one. */
    private void grow() {
        int larger = watches.length * 2;
        MemorySegment copy = arena.allocate(larger * SIZE, SIZE);
        MemorySegment.copy(entries, 0, copy, 0, count * SIZE);
        entries = copy;
        watches = Arrays.copyOf(watches, larger);
    }

    /** Awaits other events of a watch that is here. */
    void change(Watch watch, int events) {
        entries.set(ValueLayout.JAVA_SHORT, watch.place * SIZE + EVENTS, (short) events);
    }

    /** Takes out a watch that is here; the last one gets its place. */
    void remove(Watch watch) {
        count--;
        Watch last = watches[count];
        watches[count] = null;
        if (last != null && last != watch) {
            MemorySegment.copy(entries, count * SIZE, entries, watch.place * SIZE, SIZE);
            watches[watch.place] = last;
            last.place = watch.place;
        }
        watch.place = Watch.NOWHERE;
    }

    /** Whose descriptor is at a place; null for one of the driver's own. */
    @Nullable
    Watch watch(int place) {
        return watches[place];
    }

    /** What the last {@link #poll} has found at a place; 0 for nothing. */
    int found(int place) {
        return Short.toUnsignedInt(entries.get(ValueLayout.JAVA_SHORT, place * SIZE + RETURNED));
    }

    /**
     * Waits until a descriptor is ready, the time is up, or a signal has come: {@code ppoll(2)}.
     *
     * @param timespec its address, or 0 to wait for ever
     * @return how many descriptors are ready; 0 also after a signal
     */
    int poll(long timespec) throws IOException {
        int result = SystemCall.invoke(SystemCall.PPOLL, entries.address(), count, timespec, 0, 0, 0);
        if (result == -Errno.EINTR.number()) {
            return 0;
        }
        if (result < 0) {
            throw new ErrnoException(
                    result,
                    "ppoll",
                    null,
                    result == -Errno.EINVAL.number()
                            ? count + " descriptors are more than the limit (ulimit -n, LimitNOFILE=) allows by now"
                            : null);
        }
        return result;
    }
}
