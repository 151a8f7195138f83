package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done once, and what comes of it: a file opened, a connection made, a name changed.
 *
 * @param <T> what comes of it; {@link Void} where that is nothing
 * @see Request
 */
public non-sealed class Task<T extends @Nullable Object> extends Request {
    /** Memory that its step names, kept reachable. */
    private @Nullable MemorySegment kept;

    private @Nullable T value;
    private @Nullable Callback<? super T> callback;
    private @Nullable CompletableFuture<T> future;

    Task(Loop loop, OperationKind kind, @Nullable Handle handle, @Nullable String subject) {
        super(loop);
        describe(kind, handle);
        this.subject = subject;
    }

    /** Cancels it when it takes longer, and fails with a {@link java.net.SocketTimeoutException}. */
    public final Task<T> within(Duration limit) {
        timeout(limit);
        return this;
    }

    /**
     * Begins it; the callback is called when it is over. On the loop's thread only.
     *
     * @throws WrongThreadException on another thread: there, use {@link #future} or {@link #await}, or do it in a {@link Loop#execute task}
     */
    public final void start(Callback<? super T> whenDone) {
        Objects.requireNonNull(whenDone, "whenDone");
        loop.checkOwner();
        claim();
        callback = whenDone;
        launch();
    }

    /** Begins it. The future's {@code cancel} asks the kernel to; it is cancelled when the kernel says so. */
    public final CompletableFuture<T> future() {
        claim();
        Outcome<T> outcome = new Outcome<>(this::cancelFromAnywhere);
        future = outcome;
        launch();
        return outcome;
    }

    /**
     * Begins it and waits until it is over. An interrupt cancels it, and stays set.
     *
     * @throws OperationCancelledException after an interrupt, unless it was done all the same
     */
    @SuppressWarnings("NullAway") // null only where T is Void
    public final T await() throws IOException {
        beginAndWait();
        IOException failed = error;
        if (failed != null) {
            throw failed;
        }
        return value;
    }

    // ---- what a kind of task adds ----

    /**
     * Memory that its step names: it stays allocated as long as the task is reachable, which it is while it is in flight. What it kept before is given
     * back, on the loop's thread.
     */
    final void keeps(@Nullable MemorySegment memory) {
        MemorySegment before = kept;
        kept = memory;
        if (before != null) {
            loop.taskMemory().giveBack(before);
        }
    }

    /** The step has succeeded. */
    @Nullable
    T value(int result) throws IOException {
        return null;
    }

    @Override
    void takeMemory() {}

    @Override
    void releaseMemory() {}

    // ---- completions ----

    @Override
    void completed(Step of, int result, int flags) {
        if (result < 0) {
            error = failure(of.kind, result);
        } else {
            try {
                value = value(result);
            } catch (Throwable e) {
                error = Failures.unexpected(this, e);
            }
        }
        if (error != null) {
            failed();
        }
        keeps(null);
        finish();
    }

    @Override
    @SuppressWarnings("NullAway") // null only where T is Void
    final void tell() {
        Callback<? super T> toCall = callback;
        CompletableFuture<T> toComplete = future;
        if (toCall != null) {
            loop.call(toCall, value, error);
        } else if (toComplete != null) {
            if (error == null) {
                toComplete.complete(value);
            } else {
                toComplete.completeExceptionally(error);
            }
        }
    }
}
