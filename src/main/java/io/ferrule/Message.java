package io.ferrule;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something to tell a loop, again and again: {@link Loop#post(Message)} allocates nothing. Its fields are what is told: who posts it writes them before,
 * and has them back when it has arrived.
 */
public abstract class Message extends Entry {
    private static final VarHandle UNDERWAY;

    static {
        try {
            UNDERWAY = MethodHandles.lookup().findVarHandle(Message.class, "underway", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // through UNDERWAY
    private boolean underway;

    /** Where it goes. */
    private @Nullable Loop to;

    /** For subclasses. */
    protected Message() {}

    /**
     * It has arrived; on the loop's thread. From here on it can be posted again, to this loop or another. What this throws goes to the handler of
     * uncaught exceptions.
     */
    protected abstract void arrivedAt(Loop loop);

    /** The loop had closed before it arrived: on the thread that closed it, or that posted this. */
    protected void lost() {}

    /** Whether it has been posted and has not arrived. */
    public final boolean isUnderway() {
        return (boolean) UNDERWAY.getAcquire(this);
    }

    /** It is told once at a time. */
    final void depart(Loop loop) {
        if (!UNDERWAY.compareAndSet(this, false, true)) {
            throw new IllegalStateException("the message is underway: it can be posted again when it has arrived");
        }
        to = loop;
    }

    @Override
    final void arrived() {
        Loop at = Objects.requireNonNull(to);
        UNDERWAY.setRelease(this, false);
        arrivedAt(at);
    }

    @Override
    final void refused() {
        UNDERWAY.setRelease(this, false);
        lost();
    }

    @Override
    final void expired() {
        throw new IllegalStateException("a message has no deadline");
    }
}
