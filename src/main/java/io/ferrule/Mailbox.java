package io.ferrule;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Where any thread leaves entries for the loop, which takes all that are there at once; and whether the loop sleeps, so that who leaves something
 * knows whether to wake it.
 *
 * <p>A stack under one atomic word, and a flag. Who puts in looks at the flag afterwards; the loop raises the flag and looks for mail afterwards. All
 * four are sequentially consistent, so the two cannot both miss each other.
 */
final class Mailbox {
    private static final VarHandle TOP;
    private static final VarHandle ASLEEP;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TOP = lookup.findVarHandle(Mailbox.class, "top", Entry.class);
            ASLEEP = lookup.findVarHandle(Mailbox.class, "asleep", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // through TOP
    private @Nullable Entry top;

    /** The loop is about to wait, or waiting. Set by the loop, cleared by whoever comes first. */
    @SuppressWarnings("UnusedVariable") // through ASLEEP
    private boolean asleep;

    // ---- any thread ----

    /**
     * Puts an entry in, which must be in no mailbox.
     *
     * @return whether the loop has to be woken: of those who come while it sleeps, the first is told so
     */
    boolean put(Entry entry) {
        Entry seen = (Entry) TOP.getOpaque(this);
        for (; ; ) {
            entry.before = seen;
            Entry witness = (Entry) TOP.compareAndExchange(this, seen, entry);
            if (witness == seen) {
                return mustWake();
            }
            seen = witness;
        }
    }

    /** Whether the loop has to be woken: once each time it sleeps. */
    boolean mustWake() {
        return (boolean) ASLEEP.getVolatile(this) && ASLEEP.compareAndSet(this, true, false);
    }

    boolean isEmpty() {
        return TOP.getVolatile(this) == null;
    }

    /** Takes all out, and returns the oldest; {@code before} leads to the next younger one. */
    @Nullable
    Entry takeAll() {
        if (isEmpty()) {
            return null;
        }
        Entry youngest = (Entry) TOP.getAndSet(this, null);
        Entry oldest = null;
        while (youngest != null) {
            Entry older = youngest.before;
            youngest.before = oldest;
            oldest = youngest;
            youngest = older;
        }
        return oldest;
    }

    // ---- the loop's thread ----

    /**
     * The loop goes to sleep: from now on who puts something in has to wake it.
     *
     * @return false when there is mail: it may not sleep, though somebody may wake it all the same
     */
    boolean mayFallAsleep() {
        ASLEEP.setVolatile(this, true);
        return isEmpty();
    }

    /** The loop does not sleep, and looks for mail before it does so again: nobody need wake it. */
    void awake() {
        if ((boolean) ASLEEP.getOpaque(this)) {
            ASLEEP.setOpaque(this, false);
        }
    }
}
