package io.ferrule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A loop's transfers, used again and again. Another thread gets one of its own, which is used once. */
final class Transfers {
    private static final int FIRST_SIZE = 64;

    private final Loop loop;
    private Transfer[] all = new Transfer[0];
    private Transfer[] idle = new Transfer[FIRST_SIZE];
    private int idleCount;
    private int count;

    Transfers(Loop loop) {
        this.loop = loop;
    }

    Transfer take() {
        if (!loop.isOwner()) {
            return new Transfer(loop, Transfer.NOT_POOLED);
        }
        return idleCount > 0 ? idle[--idleCount] : another();
    }

    void giveBack(Transfer transfer) {
        idle[idleCount++] = transfer;
    }

    /** The transfer with this ticket, or null when it is over. */
    @Nullable
    Transfer find(long ticket) {
        int index = (int) ticket;
        if (index < 0 || index >= count) {
            return null;
        }
        Transfer transfer = all[index];
        return transfer.ticket() == ticket ? transfer : null;
    }

    private Transfer another() {
        if (count == all.length) {
            all = Arrays.copyOf(all, Math.max(FIRST_SIZE, count * 2));
            idle = Arrays.copyOf(idle, all.length);
        }
        Transfer transfer = new Transfer(loop, count);
        all[count++] = transfer;
        return transfer;
    }
}
