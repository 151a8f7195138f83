package io.ferrule.driver;

import io.ferrule.sys.Errno;
import java.util.function.Consumer;

/** Operations that are done, in the order they will be delivered, and what becomes of the rest of a chain when one of it is. */
final class Finished {
    private static final int ECANCELED = -Errno.ECANCELED.number();

    /** How many completions a turn delivers before it looks for news. */
    private static final int COMPLETIONS_A_TURN = 1024;

    private final OperationQueue queue = new OperationQueue();
    private final Consumer<Operation> goOn;
    private int delivered;

    /**
     * @param goOn called for each operation that has been delivered with {@link Operation#MORE}: it goes on
     */
    Finished(Consumer<Operation> goOn) {
        this.goOn = goOn;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** A turn begins. */
    void beginTurn() {
        delivered = 0;
    }

    /** How many have been delivered in this turn. */
    int delivered() {
        return delivered;
    }

    /** Whether this turn has delivered enough. */
    boolean isEnough() {
        return delivered >= COMPLETIONS_A_TURN;
    }

    /** Keeps an operation's last completion for delivery. Returns whether its chain goes on; otherwise it is cancelled. */
    boolean settle(Operation op, int result) {
        keep(op, result);
        if (op.isWhole(result)) {
            return true;
        }
        for (Operation each = op.next; each != null; each = each.next) {
            keep(each, ECANCELED);
        }
        return false;
    }

    private void keep(Operation op, int result) {
        if (result <= 0) {
            op.outcomeFlags = 0; // of an earlier completion
        }
        add(op, result);
    }

    /** Keeps a completion that is not the last one. */
    void keepMore(Operation op, int result) {
        op.outcomeFlags |= Operation.MORE;
        add(op, result);
    }

    /** Keeps the news that the memory of a zero-copy send is free. */
    void keepNotification(Operation op, int result) {
        op.outcomeFlags = Operation.NOTIFICATION;
        add(op, result);
    }

    private void add(Operation op, int result) {
        op.outcome = result;
        op.ticket = Place.FINISHED;
        queue.add(op);
    }

    /** Delivers a completion that is not the last one at once. */
    void deliverMore(Operation op, int result) {
        delivered++;
        op.complete(result, op.outcomeFlags | Operation.MORE);
    }

    /** Delivers what is finished. Returns whether that was all; if not, the turn has delivered enough. */
    boolean deliver() {
        while (!isEnough()) {
            Operation op = queue.poll();
            if (op == null) {
                return true;
            }
            boolean more = (op.outcomeFlags & Operation.MORE) != 0;
            op.ticket = 0;
            delivered++;
            try {
                op.complete(op.outcome, op.outcomeFlags);
            } finally {
                if (more) {
                    goOn.accept(op);
                }
            }
        }
        return queue.isEmpty();
    }
}
