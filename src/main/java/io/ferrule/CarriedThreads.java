package io.ferrule;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs virtual threads on the loop's own thread: the loop is their scheduler. What the JDK wants to have run is one stretch of a virtual thread, until
 * it parks; those that are ready lie in a queue which only the loop's thread sees, and come from other threads by mail.
 *
 * <p>When the loop has closed, the JDK's common pool runs what is left, so that every thread gets to its end.
 */
final class CarriedThreads implements Executor {
    /** Stretches run in one turn at most: threads that always have something to do must not keep the loop from its I/O. */
    private static final int STRETCHES_A_TURN = 256;

    private static final String FLAG = "--add-opens java.base/java.lang=";

    private final Loop loop;
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();

    CarriedThreads(Loop loop) {
        this.loop = loop;
    }

    /**
     * Makes threads that this runs.
     *
     * @throws UnsupportedOperationException without the JVM's permission, which the message names; or on a JDK that is not known
     */
    ThreadFactory factory(String name) {
        return builder(this).name(name, 0).factory();
    }

    /** There is no public way to a virtual thread's scheduler: JDK 21 to 25 have this constructor, "invoked by tests". */
    private static Thread.Builder.OfVirtual builder(Executor scheduler) {
        try {
            Constructor<?> constructor = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            constructor.setAccessible(true);
            return (Thread.Builder.OfVirtual) constructor.newInstance(scheduler);
        } catch (InaccessibleObjectException e) {
            Module ours = CarriedThreads.class.getModule();
            throw new UnsupportedOperationException(
                    "virtual threads on a loop's own thread need the JDK's consent: start the JVM with " + FLAG
                            + (ours.isNamed() ? ours.getName() : "ALL-UNNAMED"),
                    e);
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new UnsupportedOperationException(
                    "this JDK (" + Runtime.version() + ") gives no way to run virtual threads on a loop's own thread:"
                            + " JDK 22 to 25 do. Ordinary virtual threads can use the loop all the same",
                    e);
        }
    }

    /** A virtual thread can go on. Any thread. */
    @Override
    public void execute(Runnable stretch) {
        if (!loop.isOwner()) {
            loop.mailOrRefuse(new Arrival(stretch));
        } else if (loop.isOpen()) {
            ready.add(stretch);
            loop.mail()
                    .wakeIfAsleep(); // where another framework's thread turns the loop, and is about to wait elsewhere
        } else {
            elsewhere(stretch);
        }
    }

    boolean isEmpty() {
        return ready.isEmpty();
    }

    /** Runs those that are ready now, not those that become so meanwhile. On the loop's thread. */
    boolean run() {
        int left = Math.min(ready.size(), STRETCHES_A_TURN);
        boolean any = left > 0;
        for (; left > 0; left--) {
            Runnable stretch = ready.poll();
            if (stretch != null) {
                loop.run(stretch);
            }
        }
        return any;
    }

    /** The loop has closed. */
    void leave() {
        for (@Nullable Runnable stretch = ready.poll(); stretch != null; stretch = ready.poll()) {
            elsewhere(stretch);
        }
    }

    private static void elsewhere(Runnable stretch) {
        ForkJoinPool.commonPool().execute(stretch);
    }

    private final class Arrival extends Entry {
        private final Runnable stretch;

        Arrival(Runnable stretch) {
            this.stretch = stretch;
        }

        @Override
        void arrived() {
            ready.add(stretch);
        }

        @Override
        void refused() {
            elsewhere(stretch);
        }

        @Override
        void expired() {
            throw new IllegalStateException("a thread that is ready has no deadline");
        }
    }
}
