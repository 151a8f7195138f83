package io.ferrule;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Something done at once on the loop's thread, while the thread that wants it waits. */
final class Errand<T extends @Nullable Object> extends Entry {
    /** What is done. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T done() throws IOException;
    }

    private final Work<T> work;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    private Errand(Work<T> work) {
        this.work = work;
    }

    /**
     * Does it here and now on the loop's thread, and has it done from any other, which waits for it: an interrupt stays set.
     *
     * @throws IllegalStateException when the loop is closed
     */
    static <T extends @Nullable Object> T run(Loop loop, Work<T> work) throws IOException {
        loop.checkOpen();
        if (loop.isOwner()) {
            return work.done();
        }
        Errand<T> errand = new Errand<>(work);
        loop.mailOrRefuse(errand);
        return Uninterrupted.get(errand.result);
    }

    @Override
    void arrived() {
        try {
            result.complete(work.done());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    @Override
    void refused() {
        result.completeExceptionally(new IllegalStateException("the loop is closed"));
    }

    @Override
    void expired() {
        throw new IllegalStateException("an errand has no deadline");
    }
}
