package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.testing.Descriptors;
import io.ferrule.testing.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Many connections that say nothing, and some that never stop, between this JVM and one that serves them. Prints what an idle connection costs the
 * server: what is on its heap, and what is resident, which is more, because the collector leaves pages behind. The kernel's own share is in neither.
 */
@Tag("subprocess")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManyConnectionsTest {
    private static final int MESSAGE = 512;
    private static final int CONNECTING_AT_ONCE = 64;
    private static final int WARM_UP = 200;

    /** What a JVM has open anyway, generously. */
    private static final int OTHER_DESCRIPTORS = 300;

    @EveryDriver
    void aThousandIdleAndAHundredBusyConnectionsGetEveryByteBack(String driver) throws Exception {
        run(driver, 1000, 100, 20);
    }

    @EveryDriver
    @Tag("soak")
    void tenThousandIdleAndAThousandBusyConnectionsGetEveryByteBack(String driver) throws Exception {
        run(driver, 10_000, 1000, 100);
    }

    private static void run(String driver, int idle, int busy, int rounds) throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        int allowed = descriptorLimit() - OTHER_DESCRIPTORS;
        assumeTrue(allowed >= 100, () -> "needs room for 400 descriptors; see ulimit -n");
        int wanted = idle + busy;
        if (wanted > allowed) {
            idle = (int) ((long) idle * allowed / wanted);
            busy = (int) ((long) busy * allowed / wanted);
            System.out.println(driver + ": " + idle + " idle and " + busy
                    + " busy connections only: the limit of open files (ulimit -n) allows no more");
        }
        try (Server server = new Server(driver)) {
            try (Client client = new Client(driver, server.address, WARM_UP)) {
                client.roundTrips(client.connect(WARM_UP), 5);
            }
            assertThat(server.ask("wait")).isEqualTo("0 none");
            long socketsBefore = Descriptors.openTo("socket:.*");
            // The listener, and on nio one that the JDK keeps for itself, here and there.
            int socketsAtFirst = Integer.parseInt(server.ask("sockets"));
            server.memory(); // the first time, it needs memory itself
            Memory before = server.memory();
            try (Client client = new Client(driver, server.address, idle + busy)) {
                List<Conversation> idlers = client.connect(idle);
                client.roundTrips(idlers, 1);
                Memory with = server.memory();
                System.out.printf(
                        Locale.ROOT,
                        "%s: an idle connection of %,d costs %,d bytes of heap and %,d bytes of resident memory%n",
                        driver,
                        idle,
                        (with.heap() - before.heap()) / idle,
                        (with.resident() - before.resident()) / idle);

                client.roundTrips(client.connect(busy), rounds);
                client.roundTrips(idlers, 1);
            }
            assertThat(server.ask("wait"))
                    .as("leases that are out, and failures")
                    .isEqualTo("0 none");
            assertThat(Integer.parseInt(server.ask("sockets"))).isEqualTo(socketsAtFirst);
            assertThat(server.end())
                    .as("sockets after the loop's end, and failures")
                    .isEqualTo((socketsAtFirst - 1) + " none");
            assertThat(Descriptors.openTo("socket:.*")).isEqualTo(socketsBefore);
        }
    }

    private static int descriptorLimit() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                return Integer.parseInt(line.split("\\s+")[3]);
            }
        }
        throw new IOException("no \"Max open files\" in /proc/self/limits");
    }

    // ---- the server's end ----

    /** In bytes. */
    private record Memory(long heap, long resident) {}

    private static final class Server implements AutoCloseable {
        private final Process process;
        private final PrintWriter questions;
        private final BufferedReader answers;
        private final SocketAddress address;

        Server(String driver) throws IOException {
            process = new ProcessBuilder(Jvm.onModulePath(ManyConnectionsServer.class)
                            .arguments(driver)
                            .command())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            questions = new PrintWriter(process.outputWriter(), true);
            answers = process.inputReader();
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(answers.readLine()));
        }

        String ask(String question) throws IOException {
            questions.println(question);
            return answers.readLine();
        }

        Memory memory() throws IOException {
            String[] words = ask("memory").split(" ");
            return new Memory(Long.parseLong(words[0]), Long.parseLong(words[1]));
        }

        String end() throws Exception {
            questions.close();
            String last = answers.readLine();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            return last;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    // ---- this end ----

    /** Opens connections on this thread's own loop, and talks on them. Its close closes all of them at once. */
    private static final class Client implements AutoCloseable {
        private final Loop loop;
        private final SocketAddress address;

        /** Of all messages, there and back. */
        private final MemorySegment memory;

        private final List<Conversation> all = new ArrayList<>();
        private int connecting;
        private int talking;
        private @Nullable Throwable failure;

        Client(String driver, SocketAddress address, int most) throws IOException {
            this.loop = Loop.open(LoopOptions.defaults().driver(driver));
            this.address = address;
            this.memory = Arena.ofAuto().allocate(2L * MESSAGE * most, Long.BYTES);
        }

        List<Conversation> connect(int count) throws IOException {
            int first = all.size();
            while (all.size() < first + count) {
                while (connecting < CONNECTING_AT_ONCE && all.size() + connecting < first + count) {
                    connecting++;
                    loop.connect(address).start(this::connected);
                }
                loop.turn(-1);
                assertThat(failure).isNull();
            }
            return List.copyOf(all.subList(first, first + count));
        }

        private void connected(@Nullable Connection connection, @Nullable IOException error) {
            connecting--;
            if (error == null) {
                all.add(new Conversation(this, connection, all.size()));
            } else {
                failed(error);
            }
        }

        void roundTrips(List<Conversation> conversations, int rounds) throws IOException {
            talking = conversations.size();
            conversations.forEach(each -> each.begin(rounds));
            while (talking > 0 && failure == null) {
                loop.turn(-1);
            }
            assertThat(failure).isNull();
        }

        Buffer message(int number) {
            return Buffer.wrap(memory.asSlice((long) number * MESSAGE, MESSAGE));
        }

        void failed(Throwable e) {
            if (failure == null) {
                failure = e;
            }
        }

        @Override
        public void close() {
            loop.close();
        }
    }

    /** Messages that go there and come back, each with bytes of its own. */
    private static final class Conversation implements TransferCallback {
        private final Client client;
        private final Connection connection;
        private final int number;
        private final Buffer there;
        private final Buffer back;
        private int sent;
        private int left;
        private int pending;

        Conversation(Client client, Connection connection, int number) {
            this.client = client;
            this.connection = connection;
            this.number = number;
            this.there = client.message(2 * number);
            this.back = client.message(2 * number + 1);
        }

        void begin(int rounds) {
            left = rounds;
            send();
        }

        private void send() {
            sent++;
            MemorySegment message = there.segment();
            for (int at = 0; at < MESSAGE; at += Long.BYTES) {
                message.set(ValueLayout.JAVA_LONG, at, word(at));
            }
            pending = 2;
            connection.receiveFully(back, 0, MESSAGE).start(this);
            connection.sendFully(there, 0, MESSAGE).start(this);
        }

        @Override
        public void done(int bytes, @Nullable IOException error) {
            if (error != null) {
                client.failed(error);
            } else if (--pending == 0) {
                try {
                    check();
                } catch (AssertionError e) {
                    client.failed(e);
                    return;
                }
                if (--left > 0) {
                    send();
                } else {
                    client.talking--;
                }
            }
        }

        private void check() {
            MemorySegment message = back.segment();
            for (int at = 0; at < MESSAGE; at += Long.BYTES) {
                long word = message.get(ValueLayout.JAVA_LONG, at);
                if (word != word(at)) {
                    throw new AssertionError("at " + at + " of message " + sent + " on connection " + number
                            + " there is " + Long.toHexString(word) + ", not " + Long.toHexString(word(at)));
                }
            }
        }

        /** Of this connection, this message and this place in it. */
        private long word(int at) {
            return (((long) number << 32) + ((long) sent << 16) + at) * 0x9E3779B97F4A7C15L;
        }
    }
}
