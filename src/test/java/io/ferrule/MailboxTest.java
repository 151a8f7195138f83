package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where threads leave entries for the loop. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MailboxTest {
    /** An entry that knows who put it in, and as which of theirs. */
    private static final class Letter extends Entry {
        final int sender;
        final int number;

        Letter(int sender, int number) {
            this.sender = sender;
            this.number = number;
        }

        @Override
        void arrived() {}

        @Override
        void refused() {}

        @Override
        void expired() {}
    }

    private final Mailbox mailbox = new Mailbox();

    private List<Letter> takeAll() {
        List<Letter> all = new ArrayList<>();
        for (Entry each = mailbox.takeAll(); each != null; each = each.before) {
            all.add((Letter) each);
        }
        return all;
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(mailbox.isEmpty()).isTrue();
        assertThat(mailbox.takeAll()).isNull();
    }

    @Test
    void theOldestComesFirst() {
        for (int i = 0; i < 5; i++) {
            mailbox.put(new Letter(0, i));
        }
        assertThat(takeAll()).extracting(letter -> letter.number).containsExactly(0, 1, 2, 3, 4);
        assertThat(mailbox.isEmpty()).isTrue();
    }

    @Test
    void anEntryThatWasTakenCanBePutInAgain() {
        Letter letter = new Letter(0, 0);
        for (int i = 0; i < 3; i++) {
            mailbox.put(letter);
            assertThat(takeAll()).containsExactly(letter);
        }
    }

    @Test
    void ofManyThreadsNothingIsLostAndEachKeepsItsOrder() throws InterruptedException {
        int senders = 4;
        int each = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int sender = 0; sender < senders; sender++) {
            int number = sender;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    mailbox.put(new Letter(number, i));
                }
            }));
        }
        int[] next = new int[senders];
        int taken = 0;
        while (taken < senders * each) {
            for (Letter letter : takeAll()) {
                assertThat(letter.number).isEqualTo(next[letter.sender]++);
                taken++;
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(mailbox.isEmpty()).isTrue();
    }
}
