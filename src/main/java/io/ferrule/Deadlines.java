package io.ferrule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Entries by the time they are due: a binary heap, so that adding and removing take a logarithm of steps and no memory. */
final class Deadlines {
    private static final int FIRST_SIZE = 64;

    private @Nullable Entry[] heap = new @Nullable Entry[FIRST_SIZE];
    private int size;

    int size() {
        return size;
    }

    /** Adds an entry whose deadline is set. */
    void add(Entry entry) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        up(entry, size++);
    }

    /** Removes an entry; one that is not here stays as it is. */
    void remove(Entry entry) {
        int hole = entry.position;
        if (hole == Entry.NOWHERE) {
            return;
        }
        entry.position = Entry.NOWHERE;
        Entry moved = at(--size);
        heap[size] = null;
        if (moved != entry) {
            if (hole > 0 && isBefore(moved, at((hole - 1) / 2))) {
                up(moved, hole);
            } else {
                down(moved, hole);
            }
        }
    }

    /**
     * How long until the first is due.
     *
     * @param now on the clock of {@link System#nanoTime}
     * @return nanoseconds, 0 when it is due; -1 when there is none
     */
    long nanosToFirst(long now) {
        return size == 0 ? -1 : Math.max(0, at(0).deadline - now);
    }

    /** Takes out one that is due; null when none is. */
    @Nullable
    Entry takeDue(long now) {
        if (size == 0 || at(0).deadline - now > 0) {
            return null;
        }
        Entry first = at(0);
        remove(first);
        return first;
    }

    private void up(Entry entry, int from) {
        int hole = from;
        while (hole > 0) {
            int parent = (hole - 1) / 2;
            if (!isBefore(entry, at(parent))) {
                break;
            }
            put(at(parent), hole);
            hole = parent;
        }
        put(entry, hole);
    }

    private void down(Entry entry, int from) {
        int hole = from;
        for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && isBefore(at(child + 1), at(child))) {
                child++;
            }
            if (!isBefore(at(child), entry)) {
                break;
            }
            put(at(child), hole);
            hole = child;
        }
        put(entry, hole);
    }

    private void put(Entry entry, int position) {
        heap[position] = entry;
        entry.position = position;
    }

    @SuppressWarnings("NullAway") // below size there are entries
    private Entry at(int position) {
        return heap[position];
    }

    private static boolean isBefore(Entry a, Entry b) {
        return a.deadline - b.deadline < 0;
    }
}
