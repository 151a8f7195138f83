package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.Opcode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule 4: a completion names a slot and a generation; one that is stale or unknown is counted and dropped, never delivered to another request. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Rule04StaleCompletionsAreDroppedTest {
    @Test
    void aTicketIsGoodForOneUseOfItsSlot() {
        InFlight inFlight = new InFlight();
        TestOperation first = new TestOperation(OperationKind.NOP);
        inFlight.add(first);
        long ticket = first.ticket;
        assertThat(inFlight.find(ticket)).isSameAs(first);
        inFlight.remove(first);
        assertThat(inFlight.find(ticket)).isNull();
        TestOperation second = new TestOperation(OperationKind.NOP);
        inFlight.add(second);
        assertThat((int) second.ticket).as("the same slot").isEqualTo((int) ticket);
        assertThat(inFlight.find(ticket)).isNull();
        assertThat(inFlight.find(second.ticket)).isSameAs(second);
    }

    @Test
    void noTicketComesTwiceInManyUses() {
        InFlight inFlight = new InFlight();
        java.util.Set<Long> seen = new java.util.HashSet<>();
        TestOperation[] operations = new TestOperation[200];
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < operations.length; i++) {
                operations[i] = new TestOperation(OperationKind.NOP);
                inFlight.add(operations[i]);
                assertThat(operations[i].ticket).isNotNegative();
                assertThat(seen.add(operations[i].ticket)).isTrue();
            }
            for (TestOperation each : operations) {
                inFlight.remove(each);
            }
        }
        assertThat(inFlight.size()).isZero();
    }

    @Test
    void aTicketThatWasNeverGivenFindsNothing() {
        InFlight inFlight = new InFlight();
        inFlight.add(new TestOperation(OperationKind.NOP));
        for (long ticket : new long[] {1, 63, 64, 1 << 20, 0xffff_ffffL, 1L << 32, Long.MAX_VALUE}) {
            assertThat(inFlight.find(ticket)).as("ticket %s", ticket).isNull();
        }
    }

    /** The kernel itself delivers it: another ring may send completions, with any user data. */
    @Test
    void theRingDriverDropsACompletionForAnOperationThatIsOver() throws IOException {
        try (UringDriver driver = UringDriver.open(8);
                IoUring other = IoUring.open(4);
                Pipe pipe = Pipe.open();
                Arena arena = Arena.ofConfined()) {
            Assumptions.assumeTrue(
                    other.probe().supports(Opcode.IORING_OP_MSG_RING), "needs IORING_OP_MSG_RING (Linux 5.18)");
            TestOperation over = new TestOperation(OperationKind.NOP);
            driver.start(over);
            long stale = over.ticket;
            while (!over.isDone()) {
                driver.turn(-1);
            }
            MemorySegment memory = arena.allocate(8);
            TestOperation inItsSlot = TestOperation.read(pipe.reader(), memory);
            driver.start(inItsSlot);
            driver.flush();
            assertThat((int) inItsSlot.ticket).as("the same slot").isEqualTo((int) stale);

            for (long userData : new long[] {stale, 12_345L, Long.MAX_VALUE}) {
                other.sq().next().raw(Opcode.IORING_OP_MSG_RING.number(), driver.ringDescriptor(), 0, 8, userData);
            }
            other.submitAndWait(3);
            while (driver.counters().stale < 3) {
                driver.turn(-1);
            }
            assertThat(inItsSlot.isDone()).as("it has got none of them").isFalse();
            pipe.write("mine");
            while (!inItsSlot.isDone()) {
                driver.turn(-1);
            }
            assertThat(inItsSlot.result()).isEqualTo(4);
            assertThat(driver.counters().stale).isEqualTo(3);
        }
    }

    /** A duplicate keeps the kernel watching a file whose descriptor is closed; the next one with that number hears nothing of it. */
    @Test
    void theReadinessDriversDropEventsOfADescriptorThatIsClosed() throws IOException {
        for (boolean edge : new boolean[] {false, true}) {
            try (EpollDriver driver = EpollDriver.open(edge, 1);
                    Pipe first = Pipe.nonBlocking();
                    Pipe second = Pipe.nonBlocking();
                    Arena arena = Arena.ofConfined()) {
                TestOperation read = TestOperation.read(first.reader(), arena.allocate(8));
                driver.start(read);
                int number = first.reader().number();
                try (Fd duplicate = Pipe.duplicate(first.reader())) {
                    driver.cancel(read);
                    while (!read.isDone()) {
                        driver.turn(-1);
                    }
                    driver.perform(TestOperation.of(
                            OperationKind.CLOSE, Fd.borrow(first.reader().release())));
                    try (Fd reused = Pipe.duplicateAs(number, second.reader())) {
                        TestOperation next = TestOperation.read(reused, arena.allocate(8));
                        driver.start(next);
                        first.write("not for this one");
                        for (int i = 0; i < 10; i++) {
                            driver.turn(0);
                        }
                        assertThat(next.isDone()).isFalse();
                        second.write("this");
                        while (!next.isDone()) {
                            driver.turn(-1);
                        }
                        assertThat(next.result()).isEqualTo(4);
                        driver.perform(TestOperation.of(OperationKind.CLOSE, Fd.borrow(reused.release())));
                    }
                    assertThat(duplicate.isOpen()).isTrue();
                }
            }
        }
    }
}
