package io.ferrule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes the steps of a {@link RandomProgram} with a loop, and says in words what came of each. */
final class RandomMachine {
    private static final int SLOTS = 3;

    /** As much as a pipe or socket holds for sure, so that no write waits. */
    private static final int MOST_UNREAD = 32 << 10;

    private static final Duration SHORT = Duration.ofMillis(2);

    private final Loop loop;
    private final Path home;
    private final @Nullable File[] files = new @Nullable File[SLOTS];

    private @Nullable PipeEnds pipe;
    private int inPipe;

    /** Both ends of some connections, and how many bytes are underway from the first to the second. */
    private final Connection @Nullable [][] connections = new Connection @Nullable [SLOTS][];

    private final int[] underway = new int[SLOTS];
    private final boolean[] ended = new boolean[SLOTS];
    private int pattern;

    RandomMachine(Loop loop, Path home) {
        this.loop = loop;
        this.home = home;
    }

    /** What came of it: numbers and hashes of bytes, or the type of the exception. */
    String run(RandomProgram.Step step) {
        try {
            return take(step);
        } catch (IOException | RuntimeException e) {
            return type(e);
        }
    }

    /** Where the JDK has no type of its own, an errno tells more than ErrnoException. */
    private static String type(Exception e) {
        Throwable about = e instanceof SocketException && e.getCause() != null ? e.getCause() : e;
        String errno = about instanceof io.ferrule.sys.ErrnoException known ? " " + known.number() : "";
        return e.getClass().getSimpleName() + errno;
    }

    private String take(RandomProgram.Step s) throws IOException {
        return switch (s.action()) {
            case OPEN -> open(s, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            case OPEN_NEW -> open(s, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            case OPEN_TO_READ -> open(s, StandardOpenOption.READ);
            case READ -> read(s, s.offset(), false);
            case READ_FULLY -> read(s, s.offset(), true);
            case READ_HERE -> read(s, File.HERE, false);
            case READ_SEVERAL -> {
                Buffer[] several = several(s.length());
                int count = file(s).read(several, s.offset()).await();
                yield count + " " + hash(several[0], several[0].size()) + " " + hash(several[1], several[1].size());
            }
            case WRITE -> written(file(s).write(filled(s.length()), 0, s.length(), s.offset()));
            case WRITE_FULLY -> written(file(s).writeFully(filled(s.length()), 0, s.length(), s.offset()));
            case WRITE_DURABLY -> written(file(s).writeDurably(filled(s.length()), 0, s.length(), s.offset()));
            case WRITE_HERE -> written(file(s).writeFully(filled(s.length()), 0, s.length(), File.HERE));
            case WRITE_SEVERAL -> written(file(s).writeFully(filledSeveral(s.length()), s.offset()));
            case SYNC -> done(s.length() % 2 == 0 ? file(s).sync() : file(s).syncData());
            case TRUNCATE -> done(file(s).truncate(s.offset()));
            case ALLOCATE -> done(file(s).allocate(0, s.offset(), s.length()));
            case SIZE -> "" + file(s).status().await().size();
            case CLOSE -> close(s);
            case MAKE_DIRECTORY -> done(loop.paths().createDirectory(name(s.which()), 0755));
            case DELETE_FILE -> done(loop.paths().deleteFile(name(s.which())));
            case DELETE_DIRECTORY -> done(loop.paths().deleteDirectory(name(s.which())));
            case RENAME -> done(loop.paths().rename(name(s.which()), name(s.other())));
            case LINK -> done(loop.paths().link(name(s.which()), name(s.other())));
            case SYMBOLIC_LINK -> done(loop.paths().symbolicLink(Path.of("" + s.which()), name(s.other())));
            case STATUS -> {
                FileStatus status = loop.paths().status(name(s.which())).await();
                yield status.type() + (status.type() == FileType.REGULAR ? " " + status.size() : "");
            }
            case PIPE_WRITE -> writeToPipe(s.length());
            case PIPE_READ -> readFromPipe(s.length());
            case SEND -> send(s);
            case SEND_SEVERAL -> sendSeveral(s);
            case RECEIVE -> receive(s);
            case RECEIVE_IN_TIME -> receiveInTime(s);
            case END_OUTPUT -> endOutput(s);
            case CONNECT_TO_NOBODY -> connectToNobody();
            case LISTEN_TWICE -> listenTwice();
            case DATAGRAM -> datagram(s);
        };
    }

    // ---- files ----

    private Path name(int which) {
        return home.resolve("" + which);
    }

    private File file(RandomProgram.Step s) throws NoSuchFileException {
        File file = files[s.which()];
        if (file == null) {
            throw new NoSuchFileException("slot " + s.which());
        }
        return file;
    }

    private String open(RandomProgram.Step s, StandardOpenOption... how) throws IOException {
        File file = loop.openFile(name(s.other()), how).await();
        File before = files[s.which()];
        if (before != null) {
            before.close();
        }
        files[s.which()] = file;
        return "open";
    }

    private String close(RandomProgram.Step s) throws IOException {
        file(s).close();
        return "closed"; // and stays in its slot, for misuse
    }

    private String read(RandomProgram.Step s, long offset, boolean fully) throws IOException {
        Buffer buffer = Buffer.allocate(s.length());
        File file = file(s);
        int count = (fully ? file.readFully(buffer, 0, s.length(), offset) : file.read(buffer, 0, s.length(), offset))
                .await();
        return count + " " + hash(buffer, s.length());
    }

    // ---- pipes and connections ----

    private PipeEnds pipe() throws IOException {
        PipeEnds known = pipe;
        if (known == null) {
            known = loop.pipe().await();
            pipe = known;
        }
        return known;
    }

    private String writeToPipe(int length) throws IOException {
        if (inPipe + length > MOST_UNREAD) {
            return "full";
        }
        inPipe += length;
        return written(pipe().writer().writeFully(filled(length), 0, length));
    }

    private String readFromPipe(int length) throws IOException {
        int count = Math.min(length, inPipe);
        if (count == 0) {
            return "empty";
        }
        inPipe -= count;
        Buffer buffer = Buffer.allocate(count);
        return pipe().reader().readFully(buffer, 0, count).await() + " " + hash(buffer, count);
    }

    private Connection[] connection(RandomProgram.Step s) throws IOException {
        Connection[] known = connections[s.which()];
        if (known == null) {
            Listener listener = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .await();
            Connection one = loop.connect(listener.localAddress()).await();
            known = new Connection[] {one, listener.accept().await()};
            listener.close();
            connections[s.which()] = known;
        }
        return known;
    }

    private boolean isFull(RandomProgram.Step s) {
        return underway[s.which()] + s.length() > MOST_UNREAD;
    }

    private String send(RandomProgram.Step s) throws IOException {
        if (isFull(s)) {
            return "full";
        }
        String outcome = written(connection(s)[0].sendFully(filled(s.length()), 0, s.length()));
        underway[s.which()] += s.length();
        return outcome;
    }

    private String sendSeveral(RandomProgram.Step s) throws IOException {
        if (isFull(s)) {
            return "full";
        }
        Buffer[] several = filledSeveral(s.length());
        String outcome = written(connection(s)[0].sendFully(several));
        underway[s.which()] += several[0].size() + several[1].size();
        return outcome;
    }

    private String receive(RandomProgram.Step s) throws IOException {
        Connection to = connection(s)[1];
        int count = Math.min(s.length(), underway[s.which()]);
        if (count == 0 && !ended[s.which()]) {
            return "nothing to receive";
        }
        Buffer buffer = Buffer.allocate(Math.max(1, count));
        underway[s.which()] -= count;
        int received = (count == 0 ? to.receive(buffer) : to.receiveFully(buffer, 0, count)).await();
        return received + " " + hash(buffer, received);
    }

    private String receiveInTime(RandomProgram.Step s) throws IOException {
        if (underway[s.which()] > 0 || ended[s.which()]) {
            return "there is something";
        }
        return "" + connection(s)[1].receive(Buffer.allocate(1)).within(SHORT).await();
    }

    private String endOutput(RandomProgram.Step s) throws IOException {
        String outcome = done(connection(s)[0].shutdownOutput());
        ended[s.which()] = true;
        return outcome;
    }

    private String connectToNobody() throws IOException {
        Listener gone = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .await();
        gone.close();
        return "" + loop.connect(gone.localAddress()).await();
    }

    private String listenTwice() throws IOException {
        try (Listener first = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .await()) {
            return "" + loop.listen(first.localAddress()).await();
        }
    }

    /** The room for what comes may be smaller. */
    private String datagram(RandomProgram.Step s) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Datagrams one = loop.datagrams(any).await();
                Datagrams other = loop.datagrams(any).await()) {
            PeerAddress to = new PeerAddress(other.localAddress());
            written(one.send(filled(s.length()), 0, s.length(), to));
            Buffer buffer = Buffer.allocate(1 + s.offset());
            PeerAddress from = new PeerAddress();
            int count = other.receive(buffer, from).await();
            return count + " " + hash(buffer, count) + " from the sender: "
                    + one.localAddress().equals(from.get());
        }
    }

    // ---- bytes ----

    private Buffer filled(int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) ++pattern);
        bytes[length / 2] = (byte) length;
        return Buffer.allocate(length).put(0, bytes, 0, length);
    }

    private Buffer[] filledSeveral(int length) {
        return new Buffer[] {filled(1 + length / 3), filled(1 + length / 2)};
    }

    private static Buffer[] several(int length) {
        return new Buffer[] {Buffer.allocate(1 + length / 3), Buffer.allocate(1 + length / 2)};
    }

    private static String written(Transfer transfer) throws IOException {
        return "" + transfer.await();
    }

    private static String done(Task<@Nullable Void> task) throws IOException {
        task.await();
        return "done";
    }

    private static String hash(Buffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.get(0, bytes, 0, length);
        return "#" + Integer.toHexString(Arrays.hashCode(bytes));
    }

    /** A file that was left: its name, type and bytes. */
    static String describe(Path home, Path left) {
        String name = home.relativize(left).toString();
        try {
            if (Files.isSymbolicLink(left)) {
                return name + " -> " + Files.readSymbolicLink(left);
            }
            return name
                    + (Files.isRegularFile(left, LinkOption.NOFOLLOW_LINKS)
                            ? " #" + Integer.toHexString(Arrays.hashCode(Files.readAllBytes(left)))
                            : " a directory");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
