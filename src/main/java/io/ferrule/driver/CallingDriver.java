package io.ferrule.driver;

import io.ferrule.sys.Errno;
import java.lang.foreign.MemorySegment;

/**
 * What drivers have in common that make the system calls themselves: the operations of a chain begin one after the other, and what is done is kept
 * until a turn delivers it.
 *
 * @param <C> how operations are done on this thread
 */
abstract class CallingDriver<C extends OperationCalls> implements Driver {
    /** Not a result: the operation is waiting or under way, or has to be. */
    static final int WAIT = Integer.MIN_VALUE;

    static final int ECANCELED = -Errno.ECANCELED.number();

    final C calls;
    final DriverCounters counters = new DriverCounters();
    final Finished finished = new Finished(this::goOn);

    /** Somebody has asked for the descriptor: it is readable too when only this class has something to deliver. */
    boolean embedded;

    private boolean closed;

    CallingDriver(C calls) {
        this.calls = calls;
    }

    /** Begins an operation that nothing comes before any more. Returns its result when it is done at once, or {@link #WAIT}. */
    abstract int first(Operation op);

    /** A completion with {@link Operation#MORE} that was kept has been delivered. */
    abstract void goOn(Operation op);

    /** Ends threads, and frees what the model has. Called once. */
    abstract void end();

    @Override
    public boolean can(OperationKind kind) {
        return true;
    }

    @Override
    public final void start(Operation operation) {
        for (Operation each = operation; each != null; each = each.next) {
            each.cancelled = false;
            each.ticket = Place.CHAINED;
        }
        begin(operation);
    }

    /** Begins an operation, and those after it as long as each is done at once. */
    private void begin(Operation operation) {
        for (Operation each = operation; each != null; each = each.next) {
            int result = each.cancelled ? ECANCELED : first(each);
            if (result == WAIT || !finished.settle(each, result)) {
                return;
            }
        }
    }

    /** Keeps an operation's last completion for delivery, and begins the next of its chain or cancels the rest. */
    final void finish(Operation op, int result) {
        if (finished.settle(op, result) && op.next != null) {
            begin(op.next);
        }
    }

    /** Files may have to write to a device when they are closed; others have not, unless their user wants to wait. */
    final boolean isClosedAtOnce(Operation op) {
        return op.kind == OperationKind.CLOSE && !op.regular && !calls.waitsToClose(op.fd);
    }

    @Override
    public final int register(MemorySegment memory) {
        return -1;
    }

    @Override
    public final DriverCounters counters() {
        return counters;
    }

    @Override
    public final void close() {
        if (closed) {
            return;
        }
        closed = true;
        end();
        calls.close();
    }
}
