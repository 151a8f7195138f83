package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The table of what a kernel has: one thread uses it, and a ticket never finds another's operation. */
class InFlightTest {
    private static final class Named extends Operation {
        @Override
        protected void complete(int result, int flags) {}
    }

    private final InFlight table = new InFlight();

    private Named added() {
        Named operation = new Named();
        table.add(operation);
        return operation;
    }

    @Test
    void aTicketFindsItsOperation() {
        Named first = added();
        Named second = added();
        assertThat(table.find(first.ticket)).isSameAs(first);
        assertThat(table.find(second.ticket)).isSameAs(second);
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void aTicketThatIsUsedUpFindsNothingThoughItsSlotIsUsedAgain() {
        Named first = added();
        long used = first.ticket;
        table.remove(first);
        Named second = added();
        assertThat((int) second.ticket).isEqualTo((int) used);
        assertThat(table.find(used)).isNull();
        assertThat(table.find(second.ticket)).isSameAs(second);
    }

    @Test
    void whatIsNoTicketFindsNothing() {
        added();
        assertThat(table.find(-1)).isNull();
        assertThat(table.find(Long.MAX_VALUE)).isNull();
        assertThat(table.find(Long.MIN_VALUE)).isNull();
        assertThat(table.find(1)).isNull();
        assertThat(table.find(1L << 32)).isNull();
    }

    @Test
    void anySequenceOfAddingAndRemovingIsThatOfAMap() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            InFlight model = new InFlight();
            Map<Long, Operation> there = new HashMap<>();
            Set<Long> gone = new HashSet<>();
            for (int i = 0; i < 2_000; i++) {
                if (there.isEmpty() || random.nextInt(5) > 1) {
                    Named operation = new Named();
                    model.add(operation);
                    assertThat(operation.ticket).isNotNegative();
                    assertThat(there.put(operation.ticket, operation)).isNull();
                    assertThat(gone).doesNotContain(operation.ticket);
                } else {
                    Iterator<Map.Entry<Long, Operation>> any = there.entrySet().iterator();
                    Map.Entry<Long, Operation> one = any.next();
                    model.remove(one.getValue());
                    gone.add(one.getKey());
                    any.remove();
                }
                assertThat(model.size()).as("seed %d", seed).isEqualTo(there.size());
            }
            there.forEach((ticket, operation) -> assertThat(model.find(ticket)).isSameAs(operation));
            gone.forEach(ticket -> assertThat(model.find(ticket)).isNull());
        }
    }
}
