package io.ferrule;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** A thread that does nothing but run a loop. */
final class LoopThread extends Thread {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final LoopOptions options;
    private final CompletableFuture<Loop> opened = new CompletableFuture<>();

    private LoopThread(LoopOptions options) {
        super("ferrule-loop-" + COUNT.getAndIncrement());
        this.options = options;
        setDaemon(true);
    }

    static Loop start(LoopOptions options) throws IOException {
        LoopThread thread = new LoopThread(options);
        thread.start();
        try {
            return thread.opened.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw e;
        }
    }

    @Override
    public void run() {
        Loop loop;
        try {
            loop = Loop.open(options);
        } catch (Throwable e) {
            opened.completeExceptionally(e);
            return;
        }
        try (loop) {
            opened.complete(loop);
            loop.run();
        }
    }

    /** Ends the loop, and waits for the thread's end. An interrupt stays set. */
    void closeAndWait() {
        Loop loop = opened.join();
        loop.closeSoon();
        boolean interrupted = false;
        while (isAlive()) {
            try {
                join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            currentThread().interrupt();
        }
    }
}
