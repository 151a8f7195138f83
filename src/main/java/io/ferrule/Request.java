package io.ferrule;

import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done, described and not begun yet. How one waits for it begins it: {@code start} with a callback, {@code future}, or {@code await}.
 * Once begun, it is used up: the object serves for other requests.
 *
 * <p>A callback belongs to the loop's thread; {@code future} and {@code await} work on any. {@code await} on a virtual thread parks it and never pins
 * its carrier; on the loop's own thread it turns the loop meanwhile, and within a callback it cannot. An interrupt of the thread that awaits cancels the
 * request, whatever thread that is, and stays set; it returns when the kernel no longer uses its memory, and not before.
 */
public abstract sealed class Request extends Entry permits Transfer, Task, Subscription {
    /** States. Any thread describes and begins; after that, the loop's thread alone moves on. */
    private static final int IDLE = 0;

    private static final int DESCRIBED = 1;
    /** Begun by its user, and the driver does not have it yet. */
    private static final int BEGUN = 2;
    /** With the driver. */
    private static final int STARTED = 3;

    private static final int DONE = 4;

    private static final long NO_TIME = 0;

    /** Beyond it differences of deadlines would overflow: 146 years. */
    private static final long LONGEST_TIME = Long.MAX_VALUE / 2;

    private static final Handle[] NONE = {};

    /** What the kernel answers when something was cancelled. */
    static final int CANCELLED = -Errno.ECANCELED.number();

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Request.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Loop loop;
    final Step step = new Step(this);

    /** What it is about, for messages. Either of them. */
    @Nullable
    Handle handle;

    @Nullable
    String subject;

    /** Handles it is on besides: none of them is closed before it is over. */
    private Handle[] others = NONE;

    /** Neighbours among the requests of the handle. */
    @Nullable
    Request previous;

    @Nullable
    Request following;

    @Nullable
    IOException error;

    private int state = IDLE;
    private long timeoutNanos;
    private boolean timedOut;
    private boolean cancelWanted;
    private @Nullable Thread waiter;

    Request(Loop loop) {
        this.loop = loop;
    }

    /** Fresh for what comes. */
    final void describe(OperationKind kind, @Nullable Handle handle) {
        if (state == DESCRIBED) {
            throw new IllegalStateException(
                    this + " was described and never begun: start(callback), future() or await() begins it");
        }
        this.handle = handle;
        this.others = NONE;
        this.error = null;
        this.timeoutNanos = NO_TIME;
        this.timedOut = false;
        this.cancelWanted = false;
        step.reset(kind, handle);
        state = DESCRIBED;
    }

    final void alsoOn(Handle... handles) {
        others = handles;
    }

    final void timeout(Duration limit) {
        loop.checkOpen();
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("a time limit is more than nothing, not " + limit);
        }
        if (state != DESCRIBED) {
            throw new IllegalStateException("a time limit is set before a request begins: describe another");
        }
        timeoutNanos = Math.min(TimeUnit.NANOSECONDS.convert(limit), LONGEST_TIME);
    }

    // ---- for the ways to wait ----

    /** Begins it, on the loop's thread at once, from another by mail. */
    final void begin() {
        claim();
        launch();
    }

    /** Makes sure that it may begin, and takes its memory. Of several threads that try, one may. When it fails, it stays described. */
    final void claim() {
        if (!STATE.compareAndSet(this, DESCRIBED, BEGUN)) {
            throw new IllegalStateException("a request is begun once: describe another");
        }
        try {
            loop.checkOpen();
            for (Operation each = step; each != null; each = each.next) {
                loop.checkCan(each.kind);
            }
            takeMemory();
        } catch (Throwable e) {
            state = DESCRIBED;
            throw e;
        }
    }

    /** Begins what has been claimed. */
    final void launch() {
        if (loop.isOwner()) {
            beginHere();
        } else {
            loop.mailOrRefuse(this);
        }
    }

    /** It does not begin after all. */
    final void unclaim() {
        releaseMemory();
        state = IDLE;
    }

    /** Begins it and waits for its end. */
    final void beginAndWait() {
        if (loop.isOwner()) {
            loop.checkMayTurn();
            begin();
            loop.turning().until(this::isDone, this::cancelHere);
            return;
        }
        claim();
        if (isDoneAtOnce()) {
            releaseMemory();
            state = DONE;
            return;
        }
        waiter = Thread.currentThread();
        launch();
        boolean interrupted = false;
        while (!isDone()) {
            LockSupport.park(this);
            if (Thread.interrupted() && !interrupted) {
                // Its memory is the kernel's until its own completion comes, so that is still waited for.
                interrupted = true;
                cancelFromAnywhere();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    final boolean isDone() {
        return (int) STATE.getAcquire(this) == DONE;
    }

    /** After its end: for another use. */
    final void makeIdle() {
        state = IDLE;
        handle = null;
        subject = null;
        waiter = null;
    }

    /** Has it cancelled, from any thread, while it is begun and not done. */
    final void cancelFromAnywhere() {
        loop.executeUnlessClosed(this::cancelHere);
    }

    // ---- on the loop's thread ----

    @Override
    final void arrived() {
        if (error != null || !isHandedOver()) {
            finish();
        }
    }

    @Override
    final void refused() {
        error = Failures.closed();
        releaseMemory();
        over();
    }

    /** Begins what has been claimed, on the loop's thread. */
    final void beginHere() {
        if (!isHandedOver()) {
            loop.mailOrRefuse(this); // it ends in a later turn, as every request does, and never within this call
        }
    }

    /** Hands it to the driver. When that fails, it has an error, and what is left to do is {@link #finish}. */
    private boolean isHandedOver() {
        Handle on = handle;
        loop.begun(this);
        try {
            if (isOnClosed() || (loop.isClosing() && step.kind != OperationKind.CLOSE)) {
                error = Failures.closed();
                return false;
            }
            if (cancelWanted) {
                error = Failures.cancelled(step.kind, about()); // before it arrived here
                return false;
            }
            prepare();
        } catch (Throwable e) {
            error = Failures.unexpected(this, e);
            return false;
        }
        try {
            if (on != null) {
                on.add(this);
            }
            for (Handle other : others) {
                other.addGuest(this);
            }
            if (timeoutNanos != NO_TIME) {
                deadline = System.nanoTime() + timeoutNanos;
                loop.deadlines().add(this);
            }
            loop.submit(step);
            state = STARTED;
            return true;
        } catch (Throwable e) {
            error = Failures.unexpected(this, e);
            failed();
            return false;
        }
    }

    /** Hands its step to the driver once more. When that fails, it has an error. */
    final boolean isHandedOverAgain() {
        try {
            loop.submit(step);
            return true;
        } catch (Throwable e) {
            error = Failures.unexpected(this, e);
            return false;
        }
    }

    final void cancelHere() {
        if (step.kind == OperationKind.CLOSE) {
            return; // a descriptor that is not closed is lost
        }
        if (cancelWanted || (state != BEGUN && state != STARTED)) {
            return;
        }
        cancelWanted = true;
        if (state == STARTED) {
            cancelStep();
        }
    }

    /** Asks for the end of the step that was handed over. */
    void cancelStep() {
        loop.driver().cancel(step);
    }

    /** Whether it has come to the loop's thread, and its step to the driver. */
    final boolean isWithLoop() {
        return state == STARTED;
    }

    /** Whether a step that goes on should not. */
    final boolean isCancelled() {
        return cancelWanted;
    }

    @Override
    final void expired() {
        timedOut = true;
        cancelHere();
    }

    /** A completion of one of its steps. */
    abstract void completed(Step step, int result, int flags);

    /** The kernel has let go of everything: tells who waits. */
    final void finish() {
        loop.deadlines().remove(this);
        Handle on = handle;
        if (on != null) {
            on.remove(this);
        }
        for (Handle other : others) {
            other.removeGuest(this);
        }
        releaseMemory();
        loop.ended(this);
        over();
    }

    /** Tells who waits that it is done. */
    final void over() {
        Thread waiting = waiter;
        STATE.setRelease(this, DONE);
        if (waiting == null) {
            tell();
        } else {
            LockSupport.unpark(waiting); // and from here on it is the waiter's
        }
    }

    /** The failure that a negative result means for this request. */
    final IOException failure(OperationKind kind, int result) {
        String about = about();
        if (result == CANCELLED) {
            if (timedOut) {
                return Failures.timedOut(kind, about, timeoutNanos);
            }
            return loop.isClosing() || isOnClosed() ? Failures.closed() : Failures.cancelled(kind, about);
        }
        return Failures.of(kind, result, about);
    }

    private boolean isOnClosed() {
        Handle on = handle;
        boolean closed = on != null && !on.isOpen();
        for (Handle other : others) {
            closed |= !other.isOpen();
        }
        return closed;
    }

    private String about() {
        Handle on = handle;
        String words = subject;
        return words != null ? words : on != null ? on.toString() : loop.toString();
    }

    /** On the loop's thread, before its step is handed over: what has to be there first. */
    void prepare() throws IOException {}

    /** It has failed after {@link #prepare}: undoes what that did. */
    void failed() {}

    /** Tries to do it on the calling thread, which is not the loop's and wants to wait for it. */
    boolean isDoneAtOnce() {
        return false;
    }

    /** Pins buffers, and refuses those that are not free. */
    abstract void takeMemory();

    abstract void releaseMemory();

    /** Calls the callback or completes the future, if there is one. */
    abstract void tell();

    @Override
    public String toString() {
        return step.kind.call() + (handle == null && subject == null ? "" : " on " + about());
    }

    /** A system call of a request, on its way to the driver and back. Out of the user's reach: its fields are addresses. */
    static final class Step extends Operation {
        private final Request request;

        Step(Request request) {
            this.request = request;
        }

        void reset(OperationKind kind, @Nullable Handle handle) {
            this.kind = kind;
            this.fd = handle == null ? -1 : handle.number();
            this.fd2 = -1;
            this.regular = handle != null && handle.isRegular();
            this.direct = handle != null && handle.isDirect();
            this.address = 0;
            this.address2 = 0;
            this.length = 0;
            this.offset = 0;
            this.flags = 0;
            this.registered = -1;
            this.multishot = false;
            this.group = null;
            this.next = null;
        }

        @Override
        protected void complete(int result, int flags) {
            Loop loop = request.loop;
            loop.mail().isAwake();
            try {
                request.completed(this, result, flags);
            } catch (Throwable e) {
                loop.uncaught(e); // ours, since what users' callbacks throw has been caught: the loop goes on
            }
        }
    }

    /** A future that cancels what it is the outcome of. */
    static final class Outcome<T> extends CompletableFuture<T> {
        private final Runnable cancel;

        Outcome(Runnable cancel) {
            this.cancel = cancel;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (isDone()) {
                return false;
            }
            cancel.run(); // and the request's own completion decides
            return true;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }
}
