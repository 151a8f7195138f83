package io.ferrule;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Where any thread leaves entries for the loop, which takes all that are there at once. A stack under one atomic word. Putting in is sequentially consistent,
 * so that who puts something in and then looks whether the loop sleeps or has closed, and the loop, which does it the other way round, cannot both
 * miss each other.
 */
final class Mailbox {
    private static final VarHandle TOP;

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(Mailbox.class, "top", Entry.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // through TOP
    private @Nullable Entry top;

    /** Puts an entry in, which must be in no mailbox. Any thread. */
    void put(Entry entry) {
        Entry seen = (Entry) TOP.getOpaque(this);
        for (; ; ) {
            entry.before = seen;
            Entry witness = (Entry) TOP.compareAndExchange(this, seen, entry);
            if (witness == seen) {
                return;
            }
            seen = witness;
        }
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
}
