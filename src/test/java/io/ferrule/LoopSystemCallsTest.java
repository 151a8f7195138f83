package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import io.ferrule.testing.Strace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many system calls requests with callbacks take: what more batches take than fewer, so that what goes before and after does not count. */
@Tag("subprocess")
@Timeout(120)
class LoopSystemCallsTest {
    private static final int FEW = 20;
    private static final int MANY = 120;
    private static final long MORE = MANY - FEW;

    /** A signal may send us back, and now and then a wait is begun in vain. */
    private static final long A_FEW = MORE / 10;

    private static final int BATCH = 32;

    @TempDir
    Path directory;

    @BeforeAll
    static void needStrace() {
        Probes.needStrace();
    }

    private static List<Buffer> buffers() {
        return Stream.generate(() -> Buffer.allocate(8)).limit(BATCH).toList();
    }

    /** Reads in batches, each awaited as a whole. */
    static class Reads {
        private static int done;

        public static void main(String[] arguments) throws IOException {
            TransferCallback count = (bytes, error) -> done += bytes == 8 ? 1 : 0;
            try (Loop loop = Loop.open(LoopOptions.defaults().driver(arguments[0]))) {
                File zero = loop.openFile(Path.of("/dev/zero")).await();
                List<Buffer> buffers = buffers();
                int batches = Integer.parseInt(arguments[1]);
                for (int batch = 1; batch <= batches; batch++) {
                    for (Buffer buffer : buffers) {
                        zero.read(buffer, 0).start(count);
                    }
                    while (done < batch * BATCH) {
                        loop.turn(-1);
                    }
                }
            }
            System.out.println(done + " read");
        }
    }

    /** Pieces that are awaited before they are sent, over several pairs of sockets at a time. */
    static class Pieces {
        private static int arrived;

        public static void main(String[] arguments) throws IOException {
            TransferCallback count = (bytes, error) -> arrived += bytes == 8 ? 1 : 0;
            TransferCallback sent = (bytes, error) -> {};
            List<Buffer> in = buffers();
            List<ConnectionPair> pairs = new ArrayList<>();
            try (Loop loop = Loop.open(LoopOptions.defaults().driver(arguments[0]))) {
                for (int i = 0; i < BATCH; i++) {
                    pairs.add(loop.socketPair().await());
                }
                Buffer out = Buffer.allocate(8);
                int batches = Integer.parseInt(arguments[1]);
                for (int batch = 1; batch <= batches; batch++) {
                    for (int i = 0; i < BATCH; i++) {
                        pairs.get(i).second().receive(in.get(i)).start(count);
                    }
                    loop.turn(0);
                    for (ConnectionPair pair : pairs) {
                        pair.first().sendFully(out, 0, 8).start(sent);
                    }
                    while (arrived < batch * BATCH) {
                        loop.turn(-1);
                    }
                }
            }
            System.out.println(arrived + " arrived");
        }
    }

    @Test
    void onUringABatchOfReadsTakesOneSystemCall() throws Exception {
        assertThat(moreCalls("io_uring_enter", Reads.class, "uring")).isCloseTo(MORE, within(A_FEW));
    }

    @Test
    void onUringAllReceivesTakeOneSystemCallAndAllSendsAnother() throws Exception {
        assertThat(moreCalls("io_uring_enter", Pieces.class, "uring")).isCloseTo(2 * MORE, within(A_FEW));
    }

    @Test
    void onEpollOneWaitTellsOfAllThatIsReady() throws Exception {
        assertThat(moreCalls("epoll_wait,epoll_pwait,epoll_pwait2", Pieces.class, "epoll"))
                .isCloseTo(2 * MORE, within(A_FEW));
    }

    @Test
    void onEpollASocketIsPutOnTheListOnce() throws Exception {
        assertThat(moreCalls("epoll_ctl", Pieces.class, "epoll")).isZero();
    }

    private long moreCalls(String kinds, Class<?> main, String driver) throws Exception {
        return calls(kinds, main, driver, MANY) - calls(kinds, main, driver, FEW);
    }

    private long calls(String kinds, Class<?> main, String driver, int batches) throws Exception {
        Strace strace = Strace.of(kinds, directory.resolve("trace"));
        Jvm.Result result = Jvm.onModulePath(main)
                .under(strace.command())
                .arguments(driver, String.valueOf(batches))
                .run();
        assertThat(result.out()).as(result.toString()).startsWith(batches * BATCH + " ");
        return strace.calls().size();
    }
}
