package io.ferrule;

import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import org.jspecify.annotations.Nullable;

/** The pieces of a stream, as they come, each in a lease. */
final class ReceiveAll extends Subscription {
    private final BufferLeases leases;
    private final StreamCallback<Lease> callback;

    /** Where the program asked for it; null unless leases that are lost are looked for. */
    private final @Nullable Throwable asked;

    ReceiveAll(Connection connection, BufferLeases leases, StreamCallback<Lease> callback) {
        super(connection, OperationKind.RECEIVE);
        this.leases = leases;
        this.callback = callback;
        this.asked = leases.looksForLost() ? new Throwable("the pieces were asked for here") : null;
    }

    @Override
    void takeMemory() {
        leases.checkUse(loop);
    }

    @Override
    void prepare() {
        step.group = leases.begin();
    }

    @Override
    void releaseMemory() {
        if (step.group != null) {
            step.group = null;
            leases.end(this);
        }
    }

    @Override
    boolean isNews(int result) {
        return result > 0;
    }

    @Override
    void came(int result, int flags) {
        Lease lease = leases.taken(Operation.bufferId(flags), result, this);
        try {
            callback.next(lease, null);
        } catch (Throwable e) {
            loop.uncaught(e);
        }
    }

    /** All buffers are out: one that comes back has it go on. */
    @Override
    boolean goesOn(int result) {
        if (result != -Errno.ENOBUFS.number()) {
            return false;
        }
        if (leases.areAllOut()) { // and none has come back meanwhile
            lacks();
            leases.await(this);
        }
        return true;
    }

    @Override
    void givesWay() {
        leases.leave(this);
    }

    @Override
    void ended(StreamEnd why) {
        callback.next(null, why);
    }

    @Override
    void unused(int id) {
        leases.unused(id);
    }

    @Nullable
    Throwable asked() {
        return asked;
    }

    /** For who looks for leases that were lost. */
    String receiver() {
        return callback.getClass().getName() + " of " + handle;
    }
}
