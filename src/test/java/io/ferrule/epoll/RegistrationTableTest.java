package io.ferrule.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Fd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RegistrationTableTest {
    @AutoClose
    private final Epoll epoll = Epoll.open();

    private final RegistrationTable table = new RegistrationTable();

    RegistrationTableTest() throws IOException {}

    @Test
    void aKeyFindsItsRegistration() {
        Registration registration = take();
        assertThat(table.find(registration.key())).isSameAs(registration);
    }

    @Test
    void aKeyFindsNothingOnceItsRegistrationIsDropped() {
        Registration registration = take();
        table.drop(registration);
        assertThat(table.find(registration.key())).isNull();
        assertThat(registration.isActive()).isFalse();
    }

    @Test
    void aSlotIsUsedAnewUnderAnotherKey() {
        Registration first = take();
        table.drop(first);
        Registration second = take();
        assertThat((int) second.key()).isEqualTo((int) first.key());
        assertThat(second.key()).isNotEqualTo(first.key());
        assertThat(table.find(first.key())).isNull();
    }

    @Test
    void theKeyOfAWakeUpFindsNothing() {
        take();
        assertThat(table.find(RegistrationTable.WAKE_UP)).isNull();
    }

    @Test
    void aKeyThatWasNeverGivenFindsNothing() {
        take();
        assertThat(table.find(1)).isNull();
        assertThat(table.find(1L << 32)).isNull();
        assertThat(table.find(Integer.MAX_VALUE)).isNull();
    }

    @Test
    void clearDropsAll() {
        List<Registration> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            all.add(take());
        }
        table.drop(all.get(20));
        table.clear();
        assertThat(table.size()).isZero();
        assertThat(all).noneMatch(Registration::isActive);
    }

    @Test
    void takesAndDropsInAnyOrderKeepEachKeyToItsRegistration() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Registration> taken = new ArrayList<>();
        Map<Long, Registration> everTaken = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            if (taken.isEmpty() || random.nextInt(100) < 52) {
                Registration registration = take();
                taken.add(registration);
                assertThat(everTaken.put(registration.key(), registration))
                        .as("the key is new, seed %d", seed)
                        .isNull();
            } else {
                table.drop(taken.remove(random.nextInt(taken.size())));
            }
        }
        assertThat(table.size()).as("seed %d", seed).isEqualTo(taken.size());
        everTaken.forEach((key, registration) -> assertThat(table.find(key))
                .as("key %x, seed %d", key, seed)
                .isSameAs(registration.isActive() ? registration : null));
    }

    private Registration take() {
        return table.take(epoll, Fd.borrow(0), null);
    }
}
