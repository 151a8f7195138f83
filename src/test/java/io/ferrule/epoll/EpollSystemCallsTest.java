package io.ferrule.epoll;

import static io.ferrule.epoll.Epoll.EPOLLIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.ErrnoException;
import io.ferrule.testing.Descriptors;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Probes;
import io.ferrule.testing.Strace;
import io.ferrule.testing.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of system calls that fail or block, in JVMs of their own. Errors are injected by strace, limits are real. */
@Tag("subprocess")
class EpollSystemCallsTest {
    /** Looks, waits for an event, for a time and for a wake-up, and says what each brought. */
    static class Waits {
        public static void main(String[] args) throws Exception {
            try (Epoll epoll = Epoll.open();
                    Pipe pipe = Pipe.open()) {
                epoll.add(pipe.reader(), EPOLLIN, null);
                System.out.println("look " + epoll.await(0));
                pipe.write("x");
                System.out.println("event " + epoll.await(-1));
                pipe.read();

                long nanos = 1_500_000;
                long start = System.nanoTime();
                int ready = epoll.await(nanos);
                System.out.println("time " + ready + (System.nanoTime() - start >= nanos ? " up" : " not up"));

                boolean[] woken = {false};
                Thread main = Thread.currentThread();
                Thread.ofPlatform().start(() -> {
                    Waiting.untilInSystemCallOf(Epoll.class, main);
                    woken[0] = true;
                    epoll.wakeUp();
                });
                System.out.println("wake-up " + epoll.await(Long.MAX_VALUE) + " " + woken[0]);
            }
        }
    }

    /** What waits for ever and what does not wait at all; only what waits for a time is epoll_pwait2. */
    private static final String UNTIMED_WAIT =
            System.getProperty("os.arch").equals("amd64") ? "epoll_wait" : "epoll_pwait";

    private static final String[] AS_IT_SHOULD = {"look 0", "event 1", "time 0 up", "wake-up 0 true"};

    /** Opens a list and adds a descriptor, or says why it cannot. */
    static class Adds {
        public static void main(String[] args) throws Exception {
            try (Epoll epoll = Epoll.open();
                    Pipe pipe = Pipe.open()) {
                epoll.add(pipe.reader(), EPOLLIN, null);
                System.out.println("added");
            } catch (ErrnoException e) {
                System.out.println(e.getMessage());
            }
            System.out.println(Descriptors.openTo("anon_inode:\\[event(poll|fd)]") + " left open");
        }
    }

    /** Opens lists until that fails, closes all, and does so again. */
    static class OpensUntilTheLimit {
        public static void main(String[] args) throws Exception {
            fill(); // what is loaded once takes descriptors too
            int first = fill();
            int second = fill();
            System.out.println(first > 0 && first == second ? "as many again" : first + " and then " + second);
        }

        private static int fill() throws IOException {
            List<Epoll> all = new ArrayList<>();
            try {
                for (; ; ) {
                    all.add(Epoll.open());
                }
            } catch (ErrnoException e) {
                System.out.println(e.getMessage());
                return all.size();
            } finally {
                for (Epoll each : all) {
                    each.close();
                }
            }
        }
    }

    /** One thread waits for ever while another collects garbage. */
    static class CollectsGarbage {
        public static void main(String[] args) throws Exception {
            try (Epoll epoll = Epoll.open()) {
                Thread main = Thread.currentThread();
                Thread.ofPlatform().start(() -> {
                    Waiting.untilInSystemCallOf(Epoll.class, main);
                    System.gc();
                    System.out.println("collected");
                    epoll.wakeUp();
                });
                System.out.println("woken " + epoll.await(-1));
            }
        }
    }

    @Test
    void undisturbedWaitsEndAsTheyShould() throws Exception {
        assertThat(lines(Jvm.onModulePath(Waits.class))).containsExactly(AS_IT_SHOULD);
    }

    @Test
    void aWaitDoesNotHoldUpGarbageCollection() throws Exception {
        assertThat(lines(Jvm.onModulePath(CollectsGarbage.class))).containsExactly("collected", "woken 0");
    }

    @Test
    void theLimitOfOpenFilesIsNamedAndWhatWasHalfOpenIsClosed() throws Exception {
        Probes.need("prlimit", "prlimit", "--nofile=65:65", "true");
        // An odd and an even limit: the first or the second descriptor of a list is the one too many.
        for (int limit = 64; limit <= 65; limit++) {
            assertThat(lines(Jvm.onModulePath(OpensUntilTheLimit.class)
                            .under("prlimit", "--nofile=" + limit + ":" + limit)))
                    .hasSize(4)
                    .endsWith("as many again")
                    .first()
                    .asString()
                    .contains("EMFILE (24)")
                    .contains("ulimit -n");
        }
    }

    @Nested
    class WithInjectedErrors {
        @BeforeEach
        void probe() {
            Probes.needStrace();
        }

        @ParameterizedTest
        @ValueSource(strings = {"when=1", "when=2", "when=1+2"})
        void anInterruptedWaitGoesOn(String when) throws Exception {
            assertThat(lines(injecting(Waits.class, UNTIMED_WAIT + ":error=EINTR:" + when)))
                    .containsExactly(AS_IT_SHOULD);
        }

        @ParameterizedTest
        @ValueSource(strings = {"when=1", "when=2", "when=1+2"})
        void anInterruptedWaitForATimeGoesOn(String when) throws Exception {
            assertThat(lines(injecting(Waits.class, "epoll_pwait2:error=EINTR:" + when)))
                    .containsExactly(AS_IT_SHOULD);
        }

        @ParameterizedTest
        @ValueSource(strings = {"ENOSYS", "EPERM"})
        void whereNanosecondsAreRefusedByAnOldKernelOrASandboxMillisecondsServe(String error) throws Exception {
            assertThat(lines(injecting(Waits.class, "epoll_pwait2:error=" + error)))
                    .containsExactly(AS_IT_SHOULD);
        }

        @Test
        void anInterruptedWaitInMillisecondsGoesOn() throws Exception {
            assertThat(lines(injecting(
                            Waits.class, "epoll_pwait2:error=ENOSYS", UNTIMED_WAIT + ":error=EINTR:when=1+2")))
                    .containsExactly(AS_IT_SHOULD);
        }

        @Test
        void nanosecondsAreTriedOnlyOnceInVain(@TempDir Path directory) throws Exception {
            Strace strace =
                    Strace.of("epoll_pwait2", directory.resolve("trace")).failing("epoll_pwait2:error=ENOSYS");
            assertThat(lines(Jvm.onModulePath(Waits.class).under(strace.command())))
                    .containsExactly(AS_IT_SHOULD);
            assertThat(strace.calls()).hasSize(1);
        }

        @Test
        void anyOtherErrorOfAWaitReachesTheCaller() throws Exception {
            Jvm.Result result = injecting(Waits.class, UNTIMED_WAIT + ":error=EINVAL:when=2")
                    .run();
            assertThat(result.out()).isEqualTo("look 0\n");
            assertThat(result.err())
                    .contains("io.ferrule.sys.ErrnoException: epoll_wait on fd ")
                    .contains("EINVAL (22)");
        }

        @Test
        void theLimitOfWatchesIsAnErrorThatNamesTheSysctl() throws Exception {
            // The first call adds the list's own descriptor for wake-ups.
            assertThat(lines(injecting(Adds.class, "epoll_ctl:error=ENOSPC:when=2")))
                    .satisfiesExactly(
                            message -> assertThat(message)
                                    .startsWith("epoll_ctl ADD on fd ")
                                    .contains("ENOSPC (28)")
                                    .contains("fs.epoll.max_user_watches"),
                            left -> assertThat(left).isEqualTo("0 left open"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"epoll_create1", "eventfd2", "epoll_ctl"})
        void whereAListCannotBeOpenedNothingIsLeftOpen(String call) throws Exception {
            assertThat(lines(injecting(Adds.class, call + ":error=ENOMEM:when=1")))
                    .satisfiesExactly(
                            message -> assertThat(message).contains("ENOMEM (12)"),
                            left -> assertThat(left).isEqualTo("0 left open"));
        }

        private Jvm injecting(Class<?> program, String... faults) {
            Strace strace = Strace.of("epoll_create1,epoll_ctl,epoll_pwait2,eventfd2," + UNTIMED_WAIT);
            for (String fault : faults) {
                strace.failing(fault);
            }
            return Jvm.onModulePath(program).under(strace.command());
        }
    }

    private static List<String> lines(Jvm jvm) throws IOException, InterruptedException {
        Jvm.Result result = jvm.run();
        assertThat(result.status()).as(result.toString()).isZero();
        return result.out().lines().toList();
    }
}
