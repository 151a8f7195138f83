package io.ferrule.driver;

import io.ferrule.testing.Interleavings;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What helper threads hand back, in many orders. */
@Tag("interleavings")
class HandedBackInterleavingsTest {
    @Test
    void nothingIsLostAndWhoComesFirstIsToldToWake() {
        Interleavings.check(HandingBack.class);
    }

    public static final class HandingBack {
        private final HandedBack back = new HandedBack();
        private final OperationQueue queue = new OperationQueue();
        private volatile boolean bell;
        private volatile int added;
        private int drained;

        @org.jetbrains.lincheck.datastructures.Operation(nonParallelGroup = "helper")
        public void add() {
            added++;
            if (back.add(new Done())) {
                bell = true;
            }
        }

        @org.jetbrains.lincheck.datastructures.Operation(nonParallelGroup = "owner")
        public void turn() {
            bell = false;
            back.drainTo(queue);
            while (queue.poll() != null) {
                drained++;
            }
        }

        @Validate
        public void whatIsLeftHasRung() {
            boolean rung = bell;
            turn();
            int left = added - drained;
            if (left != 0) {
                throw new IllegalStateException(left + " of " + added + " were lost");
            }
            if (!rung && left > 0) {
                throw new IllegalStateException("nobody was told of what is left");
            }
        }
    }

    private static final class Done extends Operation {
        @Override
        protected void complete(int result, int flags) {}
    }
}
