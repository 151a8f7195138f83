package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Entries by the time they are due. */
class DeadlinesTest {
    private static final class Due extends Entry {
        Due(long deadline) {
            this.deadline = deadline;
        }

        @Override
        void arrived() {}

        @Override
        void refused() {}

        @Override
        void expired() {}
    }

    private final Deadlines deadlines = new Deadlines();

    private Due add(long deadline) {
        Due due = new Due(deadline);
        deadlines.add(due);
        return due;
    }

    @Test
    void withoutEntriesNothingIsDue() {
        assertThat(deadlines.nanosToFirst(0)).isEqualTo(-1);
        assertThat(deadlines.takeDue(0)).isNull();
    }

    @Test
    void theFirstToBeDueComesFirst() {
        Due second = add(20);
        Due first = add(10);
        Due third = add(30);
        assertThat(deadlines.nanosToFirst(4)).isEqualTo(6);
        assertThat(deadlines.takeDue(9)).isNull();
        assertThat(deadlines.takeDue(100)).isSameAs(first);
        assertThat(deadlines.takeDue(100)).isSameAs(second);
        assertThat(deadlines.takeDue(100)).isSameAs(third);
    }

    @Test
    void whatIsOverdueIsDueInNoTime() {
        add(10);
        assertThat(deadlines.nanosToFirst(100)).isZero();
    }

    @Test
    void removingOneThatIsNotThereDoesNothing() {
        Due there = add(10);
        deadlines.remove(new Due(10));
        deadlines.remove(there);
        deadlines.remove(there);
        assertThat(deadlines.size()).isZero();
    }

    @Test
    void theOrderHoldsWhereTheClockRunsOver() {
        Due later = add(Long.MIN_VALUE + 5);
        Due earlier = add(Long.MAX_VALUE - 5);
        assertThat(deadlines.takeDue(Long.MIN_VALUE + 10)).isSameAs(earlier);
        assertThat(deadlines.takeDue(Long.MIN_VALUE + 10)).isSameAs(later);
    }

    @Test
    void anySequenceOfAddingRemovingAndTakingIsThatOfASortedList() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            Deadlines heap = new Deadlines();
            List<Due> list = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                int choice = random.nextInt(4);
                if (choice < 2) {
                    Due due = new Due(random.nextInt(200));
                    heap.add(due);
                    list.add(due);
                } else if (choice == 2 && !list.isEmpty()) {
                    heap.remove(list.remove(random.nextInt(list.size())));
                } else {
                    int now = random.nextInt(200);
                    Entry taken = heap.takeDue(now);
                    Due first = list.stream()
                            .min(Comparator.comparingLong(each -> each.deadline))
                            .orElse(null);
                    if (first == null || first.deadline > now) {
                        assertThat(taken).isNull();
                    } else {
                        assertThat(taken).isNotNull();
                        assertThat(taken.deadline).isEqualTo(first.deadline);
                        assertThat(list.remove(taken)).isTrue();
                    }
                }
                assertThat(heap.size()).as("seed %d", seed).isEqualTo(list.size());
            }
        }
    }
}
