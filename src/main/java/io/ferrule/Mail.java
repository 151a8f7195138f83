package io.ferrule;

import io.ferrule.driver.Driver;

/** What other threads want of a loop: it is left in the mailbox, wakes the loop where that sleeps, and is delivered in the loop's next turn. */
final class Mail {
    private final Loop loop;
    private final Driver driver;
    private final LoopCounters counters;
    private final Mailbox mailbox = new Mailbox();

    Mail(Loop loop, Driver driver, LoopCounters counters) {
        this.loop = loop;
        this.driver = driver;
        this.counters = counters;
    }

    // ---- any thread ----

    void put(Entry entry) {
        if (mailbox.put(entry)) {
            wake();
        }
    }

    void wake() {
        counters.wakeUps.incrementAndGet();
        driver.wakeUp();
    }

    void wakeIfAsleep() {
        if (mailbox.mustWake()) {
            wake();
        }
    }

    /** The loop has closed: nothing is delivered any more. */
    void refuse() {
        Entry entry = mailbox.takeAll();
        while (entry != null) {
            Entry following = entry.before;
            entry.refused();
            entry = following;
        }
    }

    // ---- the loop's thread ----

    /** The loop goes to sleep: from now on who leaves something wakes it. Returns false when there is mail: then it may not. */
    boolean mayFallAsleep() {
        return mailbox.mayFallAsleep();
    }

    /** It is not asleep any more, and does not go to sleep before it has looked at its mail: nobody need wake it. */
    void isAwake() {
        mailbox.awake();
    }

    /** Delivers what is there. Returns whether there was anything. */
    boolean deliver() {
        Entry entry = mailbox.takeAll();
        if (entry == null) {
            return false;
        }
        while (entry != null) {
            Entry following = entry.before;
            entry.before = null;
            counters.mails++;
            try {
                entry.arrived();
            } catch (Throwable e) {
                loop.uncaught(e); // ours, and the rest of the mail is not lost with it
            }
            entry = following;
        }
        return true;
    }
}
