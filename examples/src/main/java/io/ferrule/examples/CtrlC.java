package io.ferrule.examples;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Has a program end in good order when Ctrl-C (or {@code kill}) asks it to: the JVM runs its hooks, and exits with 130 (or 143), whatever the program
 * returns meanwhile.
 */
public final class CtrlC implements AutoCloseable {
    /** How long the program may take for its end. */
    private static final long PATIENCE_SECONDS = 10;

    private final CountDownLatch pressed = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /**
     * From now on, until {@link #close}.
     *
     * @param whenPressed what asks the program to end; on another thread
     */
    public CtrlC(Runnable whenPressed) {
        hook = new Thread(() -> await(whenPressed), "Ctrl-C");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Waits for it. */
    public void await() throws InterruptedException {
        pressed.await();
    }

    /** The program has ended: if Ctrl-C was pressed, the JVM may exit. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // pressed: the JVM is exiting
        }
    }

    private void await(Runnable whenPressed) {
        pressed.countDown();
        whenPressed.run();
        try {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("the program did not end within " + PATIENCE_SECONDS + " s of Ctrl-C");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
