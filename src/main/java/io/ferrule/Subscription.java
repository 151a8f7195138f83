package io.ferrule;

import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something that comes again and again, asked for once: connections, pieces of a stream. It has begun, and goes on until it is cancelled, its handle
 * is closed, the stream ends or it fails. When the kernel ends it for reasons of its own, it is begun again ({@link LoopCounters#rearmed}).
 */
public abstract sealed class Subscription extends Request permits AcceptAll, ReceiveAll {
    private @Nullable StreamEnd end;

    /** Not with the driver: waits for what it needs to be begun again. */
    private boolean paused;

    private final Resumption resumption = new Resumption();

    Subscription(Handle handle, OperationKind kind) {
        super(handle.loop);
        describe(kind, handle);
        step.multishot = true;
    }

    /** Asks for its end, of which the callback hears. What has come by then still comes. Any thread; once it is over, nothing happens. */
    public final void cancel() {
        if (!isOver()) {
            loop.executeUnlessClosed(this::cancelHere);
        }
    }

    /** Whether it has ended. */
    public final boolean isOver() {
        return isDone();
    }

    /** Why it has ended; null as long as it has not. */
    public final @Nullable StreamEnd end() {
        return isDone() ? end : null;
    }

    // ---- what a kind of subscription says ----

    /** One has come. */
    abstract void came(int result, int flags);

    /**
     * A completion that brought none.
     *
     * @return whether it goes on: it has been begun again, or is paused
     */
    abstract boolean goesOn(int result);

    /** A completion that brought nothing came with a buffer all the same. */
    void unused(int id) {}

    /** Tells its user of the end. */
    abstract void ended(StreamEnd why);

    // ---- completions ----

    @Override
    final void completed(Step of, int result, int flags) {
        if (isNews(result)) {
            came(result, flags);
            if ((flags & Operation.MORE) == 0) {
                if (isCancelled()) {
                    end(-Errno.ECANCELED.number());
                } else {
                    rearm();
                }
            }
            return;
        }
        if ((flags & Operation.BUFFER) != 0) {
            unused(Operation.bufferId(flags));
        }
        if (isCancelled() || !goesOn(result)) {
            end(result);
        }
    }

    /** Whether a result stands for one that has come. */
    abstract boolean isNews(int result);

    private void end(int result) {
        end = why(result);
        finish();
    }

    private StreamEnd why(int result) {
        if (result == 0) {
            return new StreamEnd(StreamEnd.Reason.END_OF_STREAM, null);
        }
        Handle on = handle;
        if (result == -Errno.ECANCELED.number() || isCancelled()) {
            boolean closed = loop.isClosing() || (on != null && !on.isOpen());
            return new StreamEnd(closed ? StreamEnd.Reason.CLOSED : StreamEnd.Reason.CANCELLED, null);
        }
        return new StreamEnd(StreamEnd.Reason.FAILED, failure(step.kind, result));
    }

    /** Begins it again. */
    final void rearm() {
        loop.counters().rearmed++;
        if (!isHandedOverAgain()) {
            end = new StreamEnd(StreamEnd.Reason.FAILED, error);
            finish();
        }
    }

    // ---- pauses ----

    /** Waits for {@link #resume}. */
    final void pause() {
        paused = true;
    }

    /** Waits for {@link #resume}, which comes by itself after a time. */
    final void pause(long nanos) {
        paused = true;
        resumption.deadline = System.nanoTime() + nanos;
        loop.deadlines().add(resumption);
    }

    final boolean isPaused() {
        return paused;
    }

    /** Begins it again, if it is paused. */
    final void resume() {
        if (!paused) {
            return;
        }
        paused = false;
        loop.deadlines().remove(resumption);
        if (isCancelled()) {
            end(-Errno.ECANCELED.number());
        } else {
            rearm();
        }
    }

    /** The driver does not have it while it is paused: it ends in the next turn, not while its handle goes through its requests. */
    @Override
    final void cancelStep() {
        if (paused) {
            loop.deadlines().remove(resumption);
            loop.mailOrRefuse(resumption);
        } else {
            super.cancelStep();
        }
    }

    @Override
    final void tell() {
        StreamEnd why = end;
        IOException failed = error;
        if (why == null) {
            // It was never begun: the handle or the loop was closing.
            why = failed instanceof java.nio.channels.AsynchronousCloseException
                    ? new StreamEnd(StreamEnd.Reason.CLOSED, null)
                    : failed instanceof OperationCancelledException
                            ? new StreamEnd(StreamEnd.Reason.CANCELLED, null)
                            : new StreamEnd(StreamEnd.Reason.FAILED, failed);
            end = why;
        }
        try {
            ended(why);
        } catch (Throwable e) {
            loop.uncaught(e);
        }
    }

    /** Ends a pause. */
    private final class Resumption extends Entry {
        @Override
        void arrived() {
            resume();
        }

        @Override
        void refused() {
            // the loop has waited for the end of this before it closed
        }

        @Override
        void expired() {
            resume();
        }
    }
}
