package io.ferrule;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Waits for what happens on a loop's thread, whatever interrupts. */
final class Uninterrupted {
    private Uninterrupted() {}

    /** Waits for the result. An interrupt stays set. */
    static <T extends @Nullable Object> T get(CompletableFuture<T> future) throws IOException {
        return get(future, () -> {});
    }

    /** Waits for the result. An interrupt does something, once, and stays set. */
    static <T extends @Nullable Object> T get(CompletableFuture<T> future, Runnable whenInterrupted)
            throws IOException {
        boolean interrupted = false;
        try {
            for (; ; ) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    if (!interrupted) {
                        whenInterrupted.run();
                    }
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException failed) {
                throw failed;
            }
            if (cause instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException(cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
