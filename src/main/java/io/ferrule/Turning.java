package io.ferrule;

import io.ferrule.driver.Driver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns a loop: the driver waits and delivers, then what has come by mail, what is due and the virtual threads that are ready have their turn. On the
 * loop's thread.
 */
final class Turning {
    private static final long FOR_EVER = -1;

    private final Loop loop;
    private final Driver driver;
    private final Mail mail;
    private final Deadlines deadlines;
    private final CarriedThreads carried;
    private final InterruptWatch interrupts;

    /** Somebody waits on the descriptor: whenever this thread does not turn the loop, the descriptor tells of mail. */
    private boolean embedded;

    private boolean within;

    Turning(Loop loop, Driver driver, Mail mail, Deadlines deadlines, CarriedThreads carried) {
        this.loop = loop;
        this.driver = driver;
        this.mail = mail;
        this.deadlines = deadlines;
        this.carried = carried;
        this.interrupts = new InterruptWatch(mail::wake);
    }

    /** Whether this is a callback. */
    boolean isWithin() {
        return within;
    }

    /** Somebody waits on the descriptor from now on. */
    void embed() {
        embedded = true;
        if (!within) {
            until(() -> true); // not only from the next turn on
        }
    }

    /** Turns once, for somebody who goes on to wait elsewhere. */
    boolean once(long timeoutNanos) throws IOException {
        boolean happened = turn(timeoutNanos);
        leave();
        return happened;
    }

    /** The owner goes on to wait elsewhere: what has been begun is handed over, and who leaves mail makes the descriptor readable. */
    private void leave() throws IOException {
        driver.flush();
        if (!mail.mayFallAsleep() || !carried.isEmpty()) {
            mail.wakeIfAsleep();
        }
    }

    /** Turns until something is done. An interrupt changes nothing, and stays set. */
    void until(BooleanSupplier done) {
        until(done, null);
    }

    /**
     * Turns until something is done. An interrupt does something, once, and stays set.
     *
     * @param whenInterrupted null for nothing
     */
    void until(BooleanSupplier done, @Nullable Runnable whenInterrupted) {
        boolean interrupted = false;
        try {
            while (!done.getAsBoolean()) {
                if (Thread.interrupted()) { // and clears it meanwhile: with it, a selector of the JDK would not wait
                    if (whenInterrupted != null && !interrupted) {
                        whenInterrupted.run();
                    }
                    interrupted = true;
                }
                if (whenInterrupted == null || interrupted) {
                    turn(FOR_EVER);
                } else {
                    turnOrBeInterrupted();
                }
            }
            if (embedded) {
                leave();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel refuses to wait: the loop cannot go on", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void turnOrBeInterrupted() throws IOException {
        interrupts.start(); // each time, for what the JDK does with channels in a callback ends it
        try {
            turn(FOR_EVER);
        } finally {
            interrupts.stop();
        }
    }

    private boolean turn(long timeoutNanos) throws IOException {
        within = true;
        try {
            mail.isAwake();
            boolean any = mail.deliver();
            long wait = any || !carried.isEmpty() ? 0 : timeoutNanos;
            if (wait != 0) {
                if (deadlines.size() > 0) {
                    long due = deadlines.nanosToFirst(System.nanoTime());
                    wait = wait < 0 ? due : Math.min(wait, due);
                }
                if (!mail.mayFallAsleep()) {
                    wait = 0;
                }
            }
            any |= driver.turn(wait) > 0;
            mail.isAwake();
            any |= deadlines.size() > 0 && expire();
            any |= mail.deliver();
            any |= carried.run();
            return any;
        } finally {
            within = false;
        }
    }

    private boolean expire() {
        long now = System.nanoTime();
        boolean any = false;
        for (Entry due = deadlines.takeDue(now); due != null; due = deadlines.takeDue(now)) {
            try {
                due.expired();
            } catch (Throwable e) {
                loop.uncaught(e);
            }
            any = true;
        }
        return any;
    }
}
