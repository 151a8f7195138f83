package io.ferrule;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ferrule.testing.Interleavings;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What several threads use at once, in many orders. */
@Tag("interleavings")
class InterleavingsTest {
    @Test
    void aMailboxIsAQueueThatIsEmptiedAtOnce() {
        Interleavings.check(Mail.class);
    }

    @Test
    void noLoopSleepsThatHasMailAndNobodyWakes() {
        Interleavings.check(WakingUp.class);
    }

    @Test
    void aLoopThatLooksForMailBeforeItSaysThatItSleepsWouldBeFound() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Interleavings.find(WakingUpInTheWrongOrder.class))
                .withMessageContaining("asleep with mail");
    }

    @Test
    void aBufferIsFilledAloneAndGivenBackOnce() {
        Interleavings.check(Pins.class);
    }

    /** An entry that is told apart by its number. */
    private static final class Letter extends Entry {
        final int number;

        Letter(int number) {
            this.number = number;
        }

        @Override
        void arrived() {}

        @Override
        void refused() {}

        @Override
        void expired() {}
    }

    /** Results must be those of some order in which one operation is done after the other. */
    public static final class Mail {
        private final Mailbox mailbox = new Mailbox();

        @Operation
        public void put(int number) {
            mailbox.put(new Letter(number));
        }

        @Operation(nonParallelGroup = "owner")
        public List<Integer> takeAll() {
            List<Integer> all = new ArrayList<>();
            for (Entry each = mailbox.takeAll(); each != null; each = each.before) {
                all.add(((Letter) each).number);
            }
            return all;
        }

        @Operation
        public boolean isEmpty() {
            return mailbox.isEmpty();
        }
    }

    /** One thread turns, the others leave mail and ring the bell when they are told to. */
    public static class WakingUp {
        final Mailbox mailbox = new Mailbox();
        private volatile boolean bell;
        private volatile boolean sleeping;

        @Operation
        public void put(int number) {
            if (mailbox.put(new Letter(number))) {
                bell = true;
            }
        }

        boolean mayFallAsleep() {
            return mailbox.mayFallAsleep();
        }

        /** As {@link Loop} does it. */
        @Operation(nonParallelGroup = "owner")
        public void turn() {
            if (sleeping && !bell) {
                return; // it would still be waiting
            }
            sleeping = false;
            bell = false;
            mailbox.awake();
            if (mailbox.takeAll() == null) {
                sleeping = mayFallAsleep();
            }
        }

        @Validate
        public void nobodySleepsWithMail() {
            if (sleeping && !bell && !mailbox.isEmpty()) {
                throw new IllegalStateException("asleep with mail, and nobody rings");
            }
        }
    }

    public static final class WakingUpInTheWrongOrder extends WakingUp {
        @Override
        boolean mayFallAsleep() {
            boolean empty = mailbox.isEmpty();
            mailbox.mayFallAsleep();
            return empty;
        }
    }

    /** Requests of several threads on the only buffer of a pool. */
    public static final class Pins {
        private final BufferPool pool = BufferPool.allocate(1, 1);
        private final Buffer buffer = pool.take();
        private volatile int filling;
        private volatile int writing;
        private volatile boolean overlapped;
        private volatile boolean closed;

        @Operation
        public void fill() {
            try {
                buffer.pinToFill();
            } catch (IllegalStateException e) {
                return;
            }
            overlapped |= filling > 0 || writing > 0;
            filling = 1;
            filling = 0;
            buffer.unpin();
        }

        @Operation
        public void writeOut() {
            try {
                buffer.pinToWriteOut();
            } catch (IllegalStateException e) {
                return;
            }
            overlapped |= filling > 0;
            writing = 1;
            overlapped |= filling > 0;
            writing = 0;
            buffer.unpin();
        }

        @Operation
        public void close() {
            try {
                buffer.close();
                closed = true;
            } catch (IllegalStateException e) {
                // in flight
            }
        }

        @Operation
        public void closeWhenFree() {
            try {
                buffer.closeWhenFree();
                closed = true;
            } catch (IllegalStateException e) {
                // being filled
            }
        }

        @Validate
        public void wasGivenBackOnceAndNeverFilledWhileOthersUsedIt() {
            if (overlapped || pool.available() != (closed ? 1 : 0)) {
                throw new IllegalStateException(
                        overlapped ? "used by two" : "given back " + pool.available() + " times");
            }
        }
    }
}
