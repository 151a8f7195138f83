package io.ferrule;

import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something that comes again and again, asked for once: connections, pieces of a stream. It has begun, and goes on until it is cancelled, its handle
 * is closed, the stream ends or it fails. When the kernel ends it for reasons of its own, it is begun again ({@link LoopCounters#rearmed}).
 *
 * <p>Who cannot keep up has it {@link #pause}: what comes then waits in the kernel, and whoever sends it waits in turn.
 */
public abstract sealed class Subscription extends Request permits AcceptAll, ReceiveAll {
    private @Nullable StreamEnd end;

    /** The driver has it: completions may come. */
    private boolean withDriver = true;

    /** The driver has been asked to let go of it. */
    private boolean recalled;

    /** Its user wants nothing for now. */
    private boolean paused;

    /** It waits for what it needs to go on, such as a buffer. */
    private boolean lacking;

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

    /**
     * Has it bring nothing for now: what comes stays in the kernel, and nothing is lost. What the kernel had handed over by then still comes, and so does
     * an end that it had told. On the loop's thread at once, on any other soon; a second pause, and one of what is over, does nothing.
     */
    public final void pause() {
        if (loop.isOwner()) {
            pause(true);
        } else {
            loop.executeUnlessClosed(() -> pause(true));
        }
    }

    /** Has it go on after a {@link #pause}. Any thread; when it is not paused, nothing happens. */
    public final void resume() {
        if (loop.isOwner()) {
            pause(false);
        } else {
            loop.executeUnlessClosed(() -> pause(false));
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
     * A completion that brought none, and the driver has let go of it.
     *
     * @return whether it goes on: at once, or when it has got what it says it {@link #lacks}
     */
    abstract boolean goesOn(int result);

    /** It does not go on for now: others may have what it waits for. */
    abstract void givesWay();

    /** A completion that brought nothing came with a buffer all the same. */
    void unused(int id) {}

    /** Tells its user of the end. */
    abstract void ended(StreamEnd why);

    // ---- completions ----

    @Override
    final void completed(Step of, int result, int flags) {
        boolean news = isNews(result);
        boolean wasRecalled = recalled;
        if (!news || (flags & Operation.MORE) == 0) {
            withDriver = false;
            recalled = false;
        }
        if (news) {
            came(result, flags);
            goOn();
            return;
        }
        if ((flags & Operation.BUFFER) != 0) {
            unused(Operation.bufferId(flags));
        }
        boolean forAPause = wasRecalled && result == CANCELLED;
        if (!isCancelled() && (forAPause || goesOn(result))) {
            goOn();
        } else {
            end(result);
        }
    }

    /** Whether a result stands for one that has come. */
    abstract boolean isNews(int result);

    private void end(int result) {
        lacksNothing();
        end = why(result);
        finish();
    }

    private StreamEnd why(int result) {
        if (result == 0) {
            return new StreamEnd(StreamEnd.Reason.END_OF_STREAM, null);
        }
        Handle on = handle;
        if (result == CANCELLED || isCancelled()) {
            boolean closed = loop.isClosing() || (on != null && !on.isOpen());
            return new StreamEnd(closed ? StreamEnd.Reason.CLOSED : StreamEnd.Reason.CANCELLED, null);
        }
        return new StreamEnd(StreamEnd.Reason.FAILED, failure(step.kind, result));
    }

    /** The driver does not have it: begins it again, unless there is a reason not to. */
    private void goOn() {
        if (withDriver || isOver()) {
            return;
        }
        if (isCancelled()) {
            end(CANCELLED);
        } else if (paused) {
            giveWay();
        } else if (!lacking) {
            loop.counters().rearmed++;
            rearm();
        }
    }

    private void rearm() {
        withDriver = true;
        if (!isHandedOverAgain()) {
            withDriver = false;
            end = new StreamEnd(StreamEnd.Reason.FAILED, error);
            finish();
        }
    }

    // ---- pauses ----

    private void pause(boolean wanted) {
        if (paused == wanted || isOver()) {
            return;
        }
        paused = wanted;
        if (isWithLoop()) {
            bringAbout();
        } else {
            loop.post(this::bringAbout); // behind the mail that begins it
        }
    }

    /** What its user wants now: to be paused, or not. */
    private void bringAbout() {
        if (isCancelled() || isOver()) {
            return; // then its end is on the way
        }
        if (paused && withDriver && !recalled) {
            recalled = true;
            super.cancelStep();
        } else if (paused && !withDriver) {
            giveWay();
        } else if (!paused && !withDriver && !lacking) {
            rearm();
        }
    }

    /** Waits for {@link #supplied}. */
    final void lacks() {
        lacking = true;
    }

    /** Waits for {@link #supplied}, which comes by itself after a time. */
    final void lacks(long nanos) {
        lacking = true;
        resumption.deadline = System.nanoTime() + nanos;
        loop.deadlines().add(resumption);
    }

    /** It may have got what it lacked. */
    final void supplied() {
        if (lacking) {
            lacksNothing();
            goOn();
        }
    }

    private void lacksNothing() {
        lacking = false;
        loop.deadlines().remove(resumption);
    }

    private void giveWay() {
        lacksNothing();
        givesWay();
    }

    /** Whether the driver does not have it, for tests. */
    final boolean isResting() {
        return !withDriver;
    }

    /** Where the driver does not have it, it ends in the next turn, not while its handle goes through its requests. */
    @Override
    final void cancelStep() {
        if (!withDriver) {
            lacksNothing();
            loop.mailOrRefuse(resumption);
        } else if (!recalled) {
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

    /** Goes on, or ends, when the driver does not have it. */
    private final class Resumption extends Entry {
        @Override
        void arrived() {
            goOn();
        }

        @Override
        void refused() {
            // the loop has waited for the end of this before it closed
        }

        @Override
        void expired() {
            supplied();
        }
    }
}
