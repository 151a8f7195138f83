package io.ferrule.driver;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The operations a kernel has, each at a slot. A ticket names a slot and its generation, so that a completion which comes late, for a slot that has
 * been used again since, finds nothing.
 */
final class InFlight {
    private static final int FIRST_SIZE = 64;
    private static final int NONE = -1;

    private @Nullable Operation[] operations = new @Nullable Operation[FIRST_SIZE];
    private int[] generations = new int[FIRST_SIZE];

    /** For a free slot, the next free one. */
    private int[] nextFree = new int[FIRST_SIZE];

    private int firstFree = NONE;
    private int used;
    private int size;

    /** Gives the operation a slot, and its ticket: never negative. */
    void add(Operation operation) {
        int slot = firstFree;
        if (slot == NONE) {
            if (used == operations.length) {
                grow();
            }
            slot = used++;
        } else {
            firstFree = nextFree[slot];
        }
        operations[slot] = operation;
        operation.ticket = (long) generations[slot] << Integer.SIZE | slot;
        size++;
    }

    /** The operation with this ticket; null when it has gone. */
    @Nullable
    Operation find(long ticket) {
        int slot = (int) ticket;
        return slot >= 0 && slot < used && generations[slot] == (int) (ticket >>> Integer.SIZE)
                ? operations[slot]
                : null;
    }

    /** Frees its slot for another. */
    void remove(Operation operation) {
        int slot = (int) operation.ticket;
        operations[slot] = null;
        generations[slot] = (generations[slot] + 1) & Integer.MAX_VALUE;
        nextFree[slot] = firstFree;
        firstFree = slot;
        size--;
    }

    int size() {
        return size;
    }

    private void grow() {
        int larger = operations.length * 2;
        operations = Arrays.copyOf(operations, larger);
        generations = Arrays.copyOf(generations, larger);
        nextFree = Arrays.copyOf(nextFree, larger);
    }
}
