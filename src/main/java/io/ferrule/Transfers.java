package io.ferrule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A loop's transfers, used again and again; and which of them are under way with a callback, so that a ticket finds them. One that was described and
 * never begun is its user's, who may still begin it: it does not come back, and when nobody refers to it any more, it is gone.
 */
final class Transfers {
    private static final int FIRST_SIZE = 64;

    private final Loop loop;
    private Transfer[] idle = new Transfer[FIRST_SIZE];
    private int idleCount;

    /** By slot, those with a callback that are not over. */
    private @Nullable Transfer[] begun = new @Nullable Transfer[FIRST_SIZE];

    private int[] freeSlots = new int[FIRST_SIZE];
    private int freeCount;
    private int slotsUsed;

    /** Tells apart those that have the same slot one after the other. */
    private int lastSerial;

    Transfers(Loop loop) {
        this.loop = loop;
    }

    /** One to be described. Another thread gets one of its own, which is used once. */
    Transfer take() {
        if (!loop.isOwner()) {
            return new Transfer(loop, false);
        }
        return idleCount > 0 ? idle[--idleCount] : new Transfer(loop, true);
    }

    /** It is over, and nobody refers to it any more. */
    void giveBack(Transfer transfer) {
        if (idleCount == idle.length) {
            idle = Arrays.copyOf(idle, idleCount * 2);
        }
        idle[idleCount++] = transfer;
    }

    /** It can be found from now on, until it is {@link #over}, by the ticket that this returns. */
    long begun(Transfer transfer) {
        int slot = freeCount > 0 ? freeSlots[--freeCount] : nextSlot();
        begun[slot] = transfer;
        return (long) ++lastSerial << Integer.SIZE | slot;
    }

    /** It is over: its ticket finds nothing any more. */
    void over(long ticket) {
        int slot = (int) ticket;
        begun[slot] = null;
        freeSlots[freeCount++] = slot;
    }

    /** The transfer with this ticket, or null when it is over. */
    @Nullable
    Transfer find(long ticket) {
        int slot = (int) ticket;
        if (slot < 0 || slot >= slotsUsed) {
            return null;
        }
        Transfer transfer = begun[slot];
        return transfer != null && transfer.ticket() == ticket ? transfer : null;
    }

    /** How many slots there are in use, or have been: as many transfers as were ever under way at the same time. */
    int slotsUsed() {
        return slotsUsed;
    }

    private int nextSlot() {
        if (slotsUsed == begun.length) {
            begun = Arrays.copyOf(begun, slotsUsed * 2);
            freeSlots = Arrays.copyOf(freeSlots, slotsUsed * 2);
        }
        return slotsUsed++;
    }
}
