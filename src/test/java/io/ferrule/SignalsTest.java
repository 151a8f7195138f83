package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Generated;
import io.ferrule.testing.Jvm;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Signals as events of a loop that the test's own thread turns. */
class SignalsTest extends OwnLoopContract {
    private final Map<Signal, Integer> received = new EnumMap<>(Signal.class);

    private void count(Signal signal, int times) {
        received.merge(signal, times, Integer::sum);
    }

    private static void send(Signal signal) throws Exception {
        String pid = Long.toString(ProcessHandle.current().pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor())
                .isZero();
    }

    private void turnUntilReceived(Signal signal, int times) throws IOException {
        turnUntil(() -> received.getOrDefault(signal, 0) >= times);
    }

    @BeforeEach
    void needPoll() {
        Drivers.need(driver, Drivers.Feature.POLL);
    }

    @Test
    void aSignalIsDelivered() throws Exception {
        try (Signals signals = loop.signals(this::count, Signal.USR1)) {
            send(Signal.USR1);
            turnUntilReceived(Signal.USR1, 1);
            assertThat(received).containsExactly(Map.entry(Signal.USR1, 1));
            assertThat(signals.signals()).containsExactly(Signal.USR1);
        }
    }

    @Test
    void itComesAgainAndAgain() throws Exception {
        try (Signals signals = loop.signals(this::count, Signal.WINCH)) {
            for (int i = 1; i <= 5; i++) {
                send(Signal.WINCH);
                turnUntilReceived(Signal.WINCH, i);
            }
            assertThat(signals.isOpen()).isTrue();
            assertThat(received).containsEntry(Signal.WINCH, 5);
        }
    }

    @Test
    void severalAreToldApart() throws Exception {
        try (Signals signals = loop.signals(this::count, Signal.USR1, Signal.HUP, Signal.URG)) {
            send(Signal.HUP);
            send(Signal.USR1);
            turnUntilReceived(Signal.HUP, 1);
            turnUntilReceived(Signal.USR1, 1);
            assertThat(received).doesNotContainKey(Signal.URG);
            assertThat(signals).hasToString("signals [HUP, USR1, URG]");
        }
    }

    @Test
    void oneThatWouldEndTheJvmDoesNot() throws Exception {
        try (Signals signals = loop.signals(this::count, Signal.TERM, Signal.INT)) {
            send(Signal.TERM);
            send(Signal.INT);
            turnUntilReceived(Signal.TERM, 1);
            turnUntilReceived(Signal.INT, 1);
            assertThat(signals.isOpen()).isTrue();
        }
    }

    @Test
    void aSignalThatComesWhileTheLoopSleepsWakesIt() throws Exception {
        try (Signals signals = loop.signals(this::count, Signal.USR1)) {
            Thread sender = new Thread(() -> {
                try {
                    send(Signal.USR1);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            sender.start();
            turnUntilReceived(Signal.USR1, 1);
            sender.join();
            assertThat(signals.isOpen()).isTrue();
        }
    }

    @Test
    void itMayBeClosedWithinTheCallback() throws Exception {
        Signals[] signals = {null};
        signals[0] = loop.signals(
                (signal, times) -> {
                    count(signal, times);
                    signals[0].closeAsync();
                },
                Signal.USR1);
        send(Signal.USR1);
        turnUntilReceived(Signal.USR1, 1);
        signals[0].close();
        assertThat(signals[0].isOpen()).isFalse();
    }

    @Test
    void itMayBeOpenedAndClosedWhileSignalsPourIn() throws Exception {
        Process storm = new ProcessBuilder(
                        "sh", "-c", "i=0; while [ $i -lt 3000 ]; do kill -WINCH $PPID; i=$((i + 1)); done")
                .start();
        while (storm.isAlive()) {
            try (Signals signals = loop.signals(this::count, Signal.WINCH)) {
                loop.turn(0);
                assertThat(signals.isOpen()).isTrue();
            }
        }
        assertThat(storm.waitFor()).isZero();
        try (Signals signals = loop.signals(this::count, Signal.WINCH)) {
            received.clear();
            send(Signal.WINCH);
            turnUntilReceived(Signal.WINCH, 1);
            assertThat(signals.isOpen()).isTrue();
        }
    }

    @Test
    void aSignalHasOneReceiver() throws Exception {
        try (Signals signals = loop.signals(this::count, Signal.USR1)) {
            assertThatThrownBy(() -> loop.signals(this::count, Signal.HUP, Signal.USR1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("SIGUSR1 is delivered to another Signals");
            assertThat(signals.isOpen()).isTrue();
        }
        loop.signals(this::count, Signal.HUP, Signal.USR1).close(); // neither is taken any more
    }

    @Test
    void closingTheLoopGivesTheSignalsBack() throws Exception {
        try (Loop other = Loop.open(LoopOptions.defaults().driver(driver))) {
            other.signals(this::count, Signal.USR1);
        }
        loop.signals(this::count, Signal.USR1).close();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"SEGV", "BUS", "FPE", "ILL", "TRAP", "QUIT", "USR2", "PIPE", "XFSZ", "ABRT", "KILL", "STOP", "SYS"
            })
    void oneThatTheJvmNeedsIsRefusedWithTheReason(Signal signal) {
        assertThatThrownBy(() -> loop.signals(this::count, signal))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SIG" + signal + " cannot be taken: " + signal.refusal());
    }

    @Test
    void numbersAreThoseOfTheHeaders() {
        for (Signal signal : Signal.values()) {
            assertThat((long) signal.number()).as(signal.name()).isEqualTo(Generated.constant("SIG" + signal));
        }
    }

    @Test
    void anotherThreadIsRefused() throws Exception {
        onAnotherThread(() -> assertThatThrownBy(() -> loop.signals(this::count, Signal.USR1))
                .isInstanceOf(WrongThreadException.class));
    }

    @Test
    void afterCloseNoSignalIsTaken() {
        loop.close();
        assertThatThrownBy(() -> loop.signals(this::count, Signal.USR1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Tag("subprocess")
    void afterCloseASignalDoesWhatItDidBefore() throws Exception {
        Jvm.Result result =
                Jvm.onModulePath(TakesAndReleases.class).arguments(driver).run();
        assertThat(result.out()).as(result.toString()).isEqualTo("received TERM\nends\n");
        assertThat(result.status()).as(result.toString()).isEqualTo(128 + Signal.TERM.number());
    }

    /** Takes SIGTERM, gives it back, and ends of it. */
    static final class TakesAndReleases {
        public static void main(String[] arguments) throws Exception {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("ends")));
            try (Loop loop = Loop.open(LoopOptions.defaults().driver(arguments[0]))) {
                boolean[] received = {false};
                Signals signals = loop.signals(
                        (signal, times) -> {
                            received[0] = true;
                            System.out.println("received " + signal);
                        },
                        Signal.TERM);
                kill();
                while (!received[0]) {
                    loop.turn(-1);
                }
                signals.close();
                kill();
                Thread.sleep(60_000);
            }
        }

        private static void kill() throws Exception {
            String pid = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("kill", "-TERM", pid).start().waitFor();
        }
    }
}
