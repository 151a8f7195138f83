package io.ferrule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A loop's transfers, used again and again. Another thread gets one of its own, which is used once. */
final class Transfers {
    private static final int FIRST_SIZE = 64;

    private final Loop loop;

    /** By index, those with a callback that are not over. */
    private @Nullable Transfer[] begun = new @Nullable Transfer[0];

    private Transfer[] idle = new Transfer[FIRST_SIZE];
    private int idleCount;
    private int count;

    Transfers(Loop loop) {
        this.loop = loop;
    }

    Transfer take() {
        if (!loop.isOwner()) {
            return new Transfer(loop, Transfer.NOT_POOLED, 0);
        }
        return idleCount > 0 ? idle[--idleCount] : new Transfer(loop, nextIndex(), 0);
    }

    /** It is over, and nobody refers to it any more. */
    void giveBack(Transfer transfer) {
        begun[transfer.index()] = null;
        idle[idleCount++] = transfer;
    }

    /** A future refers to it from now on, so it never comes back: another takes its place. */
    void replace(Transfer transfer) {
        idle[idleCount++] = new Transfer(loop, transfer.index(), transfer.generation() + 1);
    }

    /** It can be found from now on, until it comes back. */
    void begun(Transfer transfer) {
        begun[transfer.index()] = transfer;
    }

    /** The transfer with this ticket, or null when it is over. */
    @Nullable
    Transfer find(long ticket) {
        int index = (int) ticket;
        if (index < 0 || index >= count) {
            return null;
        }
        Transfer transfer = begun[index];
        return transfer != null && transfer.ticket() == ticket ? transfer : null;
    }

    int nextIndex() {
        if (count == begun.length) {
            begun = Arrays.copyOf(begun, Math.max(FIRST_SIZE, count * 2));
            idle = Arrays.copyOf(idle, begun.length);
        }
        return count++;
    }
}
