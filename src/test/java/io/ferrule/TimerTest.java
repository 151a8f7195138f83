package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Allocation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Timers of a loop that the test's own thread turns. */
class TimerTest extends OwnLoopContract {
    private static final Duration SHORT = Duration.ofMillis(2);
    private static final Duration LONG = Duration.ofHours(1);
    private static final int MANY = 100_000;

    private int count;

    private void turnUntilCountIs(int wanted) throws IOException {
        turnUntil(() -> count >= wanted);
    }

    @Test
    void itGoesOffWhenItsTimeIsUpAndNotBefore() throws IOException {
        long begun = System.nanoTime();
        Timer timer = loop.after(SHORT, () -> count++);
        assertThat(timer.isSet()).isTrue();
        turnUntilCountIs(1);
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(SHORT.toNanos());
        assertThat(timer.isSet()).isFalse();
    }

    @Test
    void aTimeOfNothingIsUpInTheNextTurn() throws IOException {
        loop.after(Duration.ZERO, () -> count++);
        assertThat(count).isZero();
        loop.turn(-1);
        assertThat(count).isEqualTo(1);
    }

    @Test
    void oneAfterTheOtherInTheOrderOfTheirTimes() throws IOException {
        List<Timer> seen = new ArrayList<>();
        Timer[] timers = new Timer[3];
        int[] millis = {9, 1, 5}; // from when each is set, which need not be at once after the one before
        for (int i = 0; i < 3; i++) {
            int number = i;
            timers[i] = loop.after(Duration.ofMillis(millis[i]), () -> seen.add(timers[number]));
        }
        turnUntil(() -> seen.size() == 3);
        assertThat(seen).doesNotHaveDuplicates().isSortedAccordingTo(Comparator.comparingLong(each -> each.deadline));
    }

    @Test
    void oneThatIsCancelledDoesNotGoOff() throws IOException {
        Timer timer = loop.after(SHORT, () -> count += 100);
        loop.after(SHORT.multipliedBy(2), () -> count++);
        assertThat(timer.cancel()).isTrue();
        assertThat(timer.cancel()).isFalse();
        turnUntilCountIs(1);
        assertThat(count).isEqualTo(1);
    }

    @Test
    void aPeriodicOneGoesOffAgainAndAgainUntilItIsCancelled() throws IOException {
        Timer[] timer = {null};
        timer[0] = loop.every(SHORT, () -> {
            if (++count == 5) {
                timer[0].cancel();
            }
        });
        turnUntilCountIs(5);
        assertThat(timer[0].isSet()).isFalse();
        loop.after(SHORT.multipliedBy(3), () -> count++);
        turnUntilCountIs(6);
        assertThat(count).isEqualTo(6);
    }

    @Test
    void aPeriodicOneLeavesOutWhatTheLoopWasTooLateFor() throws IOException {
        Timer timer = loop.every(SHORT, () -> count++);
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < SHORT.toNanos() * 10) {
            Thread.onSpinWait(); // a callback that takes its time
        }
        loop.turn(0);
        assertThat(count).isEqualTo(1);
        assertThat(timer.isSet()).isTrue();
    }

    @Test
    void itMayBeSetAnewBeforeAndAfterItGoesOff() throws IOException {
        Timer timer = loop.timer(() -> count++);
        timer.setAfter(LONG);
        timer.setAfter(SHORT);
        turnUntilCountIs(1);
        timer.setAfter(SHORT);
        turnUntilCountIs(2);
        timer.setEvery(SHORT);
        turnUntilCountIs(4);
        assertThat(timer.cancel()).isTrue();
    }

    @Test
    void itMayBeSetAnewWithinItsOwnAction() throws IOException {
        Timer[] timer = {null};
        timer[0] = loop.timer(() -> {
            if (++count < 3) {
                timer[0].setAfter(SHORT);
            }
        });
        timer[0].setAfter(SHORT);
        turnUntilCountIs(3);
    }

    @Test
    void whatItThrowsDoesNotStopTheLoopNorThePeriod() throws IOException {
        List<Throwable> uncaught = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
        loop.every(SHORT, () -> {
            count++;
            throw new IllegalStateException("by the action");
        });
        turnUntilCountIs(2);
        assertThat(uncaught).hasSize(2).allSatisfy(e -> assertThat(e).hasMessage("by the action"));
    }

    @Test
    void aHundredThousandGoOffEachOnce() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < MANY; i++) {
            loop.after(Duration.ofNanos(random.nextInt(20_000_000)), () -> count++);
        }
        turnUntilCountIs(MANY);
        assertThat(loop.nanosToNextDeadline()).isEqualTo(-1);
    }

    @Test
    void aHundredThousandAreCancelledInAnyOrder() throws IOException {
        Random random = new Random(1);
        List<Timer> timers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            timers.add(loop.after(LONG.plusNanos(random.nextInt(1_000_000)), () -> count++));
        }
        java.util.Collections.shuffle(timers, random);
        timers.forEach(Timer::cancel);
        assertThat(loop.nanosToNextDeadline()).isEqualTo(-1);
        loop.after(Duration.ZERO, () -> count++);
        turnUntilCountIs(1);
    }

    @Test
    void settingAndCancellingAllocateNothing() throws Exception {
        Timer timer = loop.timer(() -> count++);
        Allocation.assertNone(10_000, () -> {
            timer.setAfter(LONG);
            timer.setEvery(LONG);
            timer.cancel();
        });
    }

    @Test
    void theNextDeadlineIsThatOfTheFirst() {
        loop.after(LONG, () -> count++);
        loop.after(Duration.ofMinutes(1), () -> count++);
        assertThat(loop.nanosToNextDeadline()).isBetween(1L, 60_000_000_000L);
    }

    @Test
    void aLoopThatClosesForgetsItsTimers() {
        loop.after(Duration.ZERO, () -> count++);
        loop.close();
        assertThat(count).isZero();
    }

    @Test
    void timesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> loop.after(Duration.ofNanos(-1), () -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loop.every(Duration.ZERO, () -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anotherThreadIsRefused() throws Exception {
        Timer timer = loop.timer(() -> {});
        onAnotherThread(() -> {
            assertThatThrownBy(() -> loop.after(SHORT, () -> {})).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(() -> timer.setAfter(SHORT)).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(timer::cancel).isInstanceOf(WrongThreadException.class);
            assertThatThrownBy(timer::isSet).isInstanceOf(WrongThreadException.class);
        });
    }

    @Test
    void afterCloseItIsNotSet() {
        Timer timer = loop.timer(() -> {});
        loop.close();
        assertThatThrownBy(() -> timer.setAfter(SHORT)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loop.timer(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void itSaysWhenItIsDue() {
        Timer timer = loop.timer(() -> {});
        assertThat(timer).hasToString("timer (not set)");
        long begun = System.nanoTime();
        timer.setAfter(LONG);
        assertThat(timer.toString()).matches("timer \\(due in PT.*S\\)");
        Duration due = Duration.parse(timer.toString().replaceAll("timer \\(due in (.*)\\)", "$1"));
        assertThat(due).isBetween(LONG.minusNanos(System.nanoTime() - begun), LONG);
    }
}
