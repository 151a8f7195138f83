package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Something open: a file, a socket, a pipe's end. It owns its descriptor and belongs to a loop.
 *
 * <p>Closing it cancels what is in flight on it, waits for that, and only then closes the descriptor, so that a number which the kernel hands out
 * anew never sees what was meant for this one.
 */
public abstract sealed class Handle extends Entry implements AutoCloseable
        permits File, PipeReader, PipeWriter, Signals, SocketHandle {
    /** Of the handle's life. Written by the loop's thread. */
    private enum State {
        OPEN,
        /** Waiting for its requests to end. */
        CLOSING,
        /** Closed for its user; the kernel still reads memory of a zero-copy send. */
        LINGERING,
        CLOSED
    }

    /** Added to the users of a handle that closes. */
    private static final int NO_MORE = Integer.MIN_VALUE;

    private static final VarHandle USERS;

    static {
        try {
            USERS = MethodHandles.lookup().findVarHandle(Handle.class, "users", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Loop loop;
    private final int number;
    private final boolean regular;
    private final boolean direct;
    private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
    private final RequestList requests = new RequestList();

    /** Requests of other handles that are on this one too. */
    private List<Request> guests = List.of();

    private int lingering;

    /** Threads that use the descriptor without the loop, and {@link #NO_MORE}. */
    @SuppressWarnings("UnusedVariable") // through USERS
    private int users;

    private final AtomicBoolean mailed = new AtomicBoolean();
    private volatile State state = State.OPEN;

    /** A socket or pipe. */
    Handle(Loop loop, int number) {
        this(loop, number, false, false);
    }

    Handle(Loop loop, int number, boolean regular, boolean direct) {
        this.loop = loop;
        this.number = number;
        this.regular = regular;
        this.direct = direct;
        loop.opened(this);
    }

    /** The loop it belongs to. */
    public final Loop loop() {
        return loop;
    }

    /** Whether it is open: not closed, and not about to be, by itself or with its loop. */
    public final boolean isOpen() {
        return !isClosing() && !loop.isClosing();
    }

    /**
     * Closes it: cancels what is in flight on it, which fails with {@link java.nio.channels.AsynchronousCloseException}, waits for that, and closes
     * the descriptor. In a callback it does not wait: the rest happens in the loop's next turns. A second close does nothing.
     *
     * <p>What was sent before is still delivered, as after {@code close(2)}.
     *
     * @throws IOException what the kernel reports late, such as EIO of earlier writes; it is closed all the same
     */
    @Override
    public final void close() throws IOException {
        if (loop.isOwner()) {
            beginClosing();
            if (loop.isTurning()) {
                return;
            }
            loop.turning().until(closed::isDone);
        } else {
            mailClosing();
        }
        Uninterrupted.get(closed);
    }

    /** Begins to close it, as {@link #close} does. Any thread. */
    public final CompletableFuture<@Nullable Void> closeAsync() {
        if (loop.isOwner()) {
            beginClosing();
        } else {
            mailClosing();
        }
        return closed.copy();
    }

    /** Has the loop close it in a later turn. Any thread, any number of times: it can lie in the mailbox once. */
    final void mailClosing() {
        if (state != State.CLOSED && mailed.compareAndSet(false, true)) {
            loop.mailOrRefuse(this);
        }
    }

    final int number() {
        return number;
    }

    final boolean isRegular() {
        return regular;
    }

    /** Whether it is a file that is read and written past the page cache. */
    final boolean isDirect() {
        return direct;
    }

    /** Whether it has begun to close. Unlike {@link #isOpen}, this does not change while the loop's thread does something. */
    final boolean isClosing() {
        return state != State.OPEN;
    }

    final void checkOpen() {
        if (isClosing()) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    // ---- its descriptor, without the loop, on any thread ----

    /** Keeps the descriptor open until {@link #leave}, which has to come soon: closing waits for it. Returns false when it is about to be closed. */
    final boolean enter() {
        if ((int) USERS.getAndAdd(this, 1) >= 0) {
            return true;
        }
        leave();
        return false;
    }

    /** The end of an {@link #enter}. */
    final void leave() {
        if ((int) USERS.getAndAdd(this, -1) == NO_MORE + 1) {
            loop.executeUnlessClosed(this::goOnClosing);
        }
    }

    // ---- its requests, on the loop's thread ----

    final void add(Request request) {
        requests.add(request);
    }

    final void remove(Request request) {
        requests.remove(request);
        goOnClosing();
    }

    final void addGuest(Request request) {
        if (guests.isEmpty()) {
            guests = new ArrayList<>();
        }
        guests.add(request);
    }

    final void removeGuest(Request request) {
        if (!guests.isEmpty()) { // it may have ended before it came here
            guests.remove(request);
        }
        goOnClosing();
    }

    /** The kernel goes on to read a request's memory. */
    final void lingers() {
        lingering++;
    }

    final void lingersNoMore() {
        if (--lingering == 0 && state == State.LINGERING) {
            closeDescriptor();
        }
    }

    // ---- closing, on the loop's thread ----

    @Override
    final void arrived() {
        beginClosing();
    }

    @Override
    final void refused() {
        closed.complete(null); // with the loop
    }

    @Override
    final void expired() {
        throw new IllegalStateException("a handle has no deadline");
    }

    final void beginClosing() {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        USERS.getAndAdd(this, NO_MORE);
        closing();
        cancelRequests();
        goOnClosing();
    }

    /** Asks for the end of all that is in flight on it. None of it ends meanwhile. */
    final void cancelRequests() {
        requests.cancelAll();
        guests.forEach(Request::cancelHere);
    }

    /** It begins to close. On the loop's thread. */
    void closing() {}

    private void goOnClosing() {
        if (state == State.CLOSING
                && requests.isEmpty()
                && guests.isEmpty()
                && (int) USERS.getAcquire(this) == NO_MORE) {
            requestsAreOver();
        }
    }

    private void requestsAreOver() {
        if (lingering > 0) {
            // The descriptor stays open until the kernel has let go, so that closing the loop can still put an end to
            // it.
            state = State.LINGERING;
            if (loop.isClosing()) {
                disconnect();
            } else {
                loop.perform(OperationKind.SHUTDOWN, number, SHUT_BOTH);
            }
            closed.complete(null);
        } else {
            closeDescriptor();
        }
    }

    /**
     * Gives the descriptor away: it stays open, and this handle is closed.
     *
     * @throws IllegalStateException when it is closed, or something is in flight on it
     */
    final int release() {
        checkOpen();
        if (!requests.isEmpty() || !guests.isEmpty() || lingering > 0 || !USERS.compareAndSet(this, 0, NO_MORE)) {
            throw new IllegalStateException(
                    "requests are in flight on " + this + ": wait for their end, or cancel them, first");
        }
        state = State.CLOSED;
        loop.perform(OperationKind.ADOPT, number, 0); // has the driver forget what it knows of it
        loop.belongings().closed(this);
        closed.complete(null);
        return number;
    }

    private static final int SHUT_BOTH = 2;

    /** The loop closes: what was sent and not received yet is given up, so that its memory comes back. */
    final void giveUp() {
        beginClosing();
        if (state == State.LINGERING) {
            disconnect();
        }
    }

    /** Has the kernel drop what it still reads our memory for. */
    private void disconnect() {
        loop.perform(OperationKind.DISCONNECT, number, 0);
    }

    private void closeDescriptor() {
        state = State.CLOSED;
        Task<@Nullable Void> task = new Task<>(loop, OperationKind.CLOSE, null, toString()) {
            @Override
            @Nullable
            Void value(int result) {
                descriptorClosed(null);
                return null;
            }

            @Override
            void failed() {
                descriptorClosed(error);
            }
        };
        task.step.fd = number;
        task.step.regular = regular;
        task.begin();
    }

    /** The descriptor is closed. */
    private void descriptorClosed(@Nullable IOException error) {
        loop.belongings().closed(this);
        if (error == null) {
            closed.complete(null);
        } else {
            closed.completeExceptionally(error);
        }
    }
}
