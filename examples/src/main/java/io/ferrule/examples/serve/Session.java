package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ferrule.Buffer;
import io.ferrule.Connection;
import io.ferrule.File;
import io.ferrule.Lease;
import io.ferrule.Relay;
import io.ferrule.StreamCallback;
import io.ferrule.StreamEnd;
import io.ferrule.Subscription;
import io.ferrule.Timer;
import io.ferrule.TransferCallback;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * One connection: reads a request, answers it, and reads the next. Everything is a callback on the loop's thread; {@link #state} says what is waited for,
 * and one timer sees to it that nothing is for ever.
 */
final class Session implements StreamCallback<Lease>, TransferCallback {
    /** What goes through a relay in one go, in bytes; a client has {@link Limits#sendTime} for it. */
    static final int PIECE = 256 << 10;

    /** Requests that come before their turn, in bytes: more are left in the socket. */
    private static final int MOST_PENDING = 16 << 10;

    /** How long a client that was refused may take to see that, and what it may send meanwhile, in bytes. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private static final int MOST_THROWN_AWAY = 1 << 20;

    private static final String INDEX = "index.html";

    private enum State {
        /** Waits for a request, or for the rest of it. */
        READING,
        /** Looks for what it names. */
        LOOKING,
        /** Reads a file to send it, or sends. */
        ANSWERING,
        /** Has answered for the last time, and takes in what the client still sends: closing at once could cost it the answer. */
        PARTING,
        CLOSED
    }

    private final Station station;
    private final Connection connection;
    private final RequestReader reader;
    private final Timer timer;
    private State state = State.READING;
    private @Nullable Subscription receiving;

    /** The client sends no more. */
    private boolean ended;

    /** Bytes that came after the last answer. */
    private int thrownAway;

    /** What came before its turn, to be read. */
    private @Nullable ByteBuffer pending;

    // ---- of the answer that is underway ----

    private @Nullable Buffer buffer;

    /** A transfer has the buffer. */
    private boolean inFlight;

    /** A transfer fills the buffer, and has not sent it. */
    private boolean filling;

    /** Bytes in the buffer that are to be sent. */
    private int filled;

    private @Nullable File file;
    private byte @Nullable [] page;
    private @Nullable Relay relay;

    /** Of the file or page, the next byte to be put into the buffer or relay, and how many there are. */
    private long position;

    private long left;

    Session(Station station, Connection connection) {
        this.station = station;
        this.connection = connection;
        this.reader = new RequestReader(station.limits());
        this.timer = station.loop().timer(this::timeIsUp);
    }

    void begin() {
        try {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            // it has gone already, as the first receive will tell
        }
        timer.setAfter(station.limits().idleTime());
        receive();
    }

    // ---- reading ----

    private void receive() {
        receiving = connection.receiveAll(station.leases(), this);
    }

    /** Bytes have come, or nothing comes any more. */
    @Override
    public void next(@Nullable Lease piece, @Nullable StreamEnd end) {
        if (piece != null) {
            ByteBuffer bytes = station.take(piece);
            if (!isOver()) {
                arrived(bytes);
            }
        } else if (end != null) {
            receiving = null;
            switch (end.reason()) {
                case END_OF_STREAM -> endOfStream();
                case FAILED -> breakOff();
                case CANCELLED -> readOn();
                case CLOSED -> close();
            }
        }
    }

    private void arrived(ByteBuffer bytes) {
        switch (state) {
            case READING -> {
                read(bytes);
                keep(bytes);
            }
            case LOOKING, ANSWERING -> keep(bytes);
            case PARTING -> {
                thrownAway += bytes.remaining();
                if (thrownAway > MOST_THROWN_AWAY) {
                    close();
                }
            }
            case CLOSED -> {}
        }
    }

    private void endOfStream() {
        ended = true;
        if (state == State.READING || state == State.PARTING) {
            close();
        }
    }

    private void read(ByteBuffer bytes) {
        boolean fresh = !reader.hasBegun();
        if (reader.read(bytes)) {
            answer();
        } else if (fresh && reader.hasBegun()) {
            timer.setAfter(station.limits().headTime());
        }
    }

    /** Keeps what is left for later. A client that sends ever more requests has to wait for the answers. */
    private void keep(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        ByteBuffer before = pending;
        int size = bytes.remaining() + (before == null ? 0 : before.remaining());
        ByteBuffer all = ByteBuffer.allocate(size);
        if (before != null) {
            all.put(before);
        }
        pending = all.put(bytes).flip();
        if (size > MOST_PENDING && receiving != null) {
            receiving.cancel();
        }
    }

    /** Reads what came before its turn, and then the rest. */
    private void readOn() {
        ByteBuffer bytes = pending;
        if (state == State.READING && bytes != null) {
            read(bytes);
            if (!bytes.hasRemaining()) {
                pending = null;
            }
        }
        if (state == State.READING || state == State.PARTING) {
            if (ended) {
                close();
            } else if (receiving == null) {
                receive();
            }
        }
    }

    // ---- answering ----

    private void answer() {
        Request request = reader.request();
        state = State.LOOKING;
        timer.setAfter(station.limits().sendTime());
        if (reader.refusal() != 0) {
            request.isLast();
            refuse(reader.refusal());
        } else if (!request.isGetOrHead()) {
            refuse(HttpStatus.METHOD_NOT_ALLOWED_405);
        } else {
            Target wanted = Target.of(request.target());
            if (wanted == null) {
                refuse(HttpStatus.BAD_REQUEST_400);
            } else if (wanted.isHidden() && !station.servesHidden()) {
                refuse(HttpStatus.NOT_FOUND_404);
            } else {
                station.site().open(wanted.path(), (found, error) -> opened(wanted, found, error));
            }
        }
    }

    private void opened(Target wanted, @Nullable Resource found, @Nullable IOException error) {
        if (isOver()) {
            discard(found == null ? null : found.file());
        } else if (found == null) {
            fail(error);
        } else if (found.file() != null) {
            if (wanted.isDirectory()) {
                discard(found.file());
                fail(null);
            } else {
                send(found, wanted.name());
            }
        } else if (wanted.isDirectory()) {
            String index = wanted.path().isEmpty() ? INDEX : wanted.path() + "/" + INDEX;
            station.site().open(index, (page, failure) -> openedIndex(wanted, page));
        } else {
            redirect(wanted.asDirectory());
        }
    }

    private void openedIndex(Target wanted, @Nullable Resource found) {
        if (isOver()) {
            discard(found == null ? null : found.file());
        } else if (found != null && found.file() != null) {
            send(found, INDEX);
        } else {
            Thread.ofVirtual().name("lists " + wanted.path()).start(() -> list(wanted));
        }
    }

    /** On a thread of its own. */
    private void list(Target wanted) {
        byte[] html = null;
        IOException failure = null;
        try {
            html = station.listing().of(wanted.path());
        } catch (IOException e) {
            failure = e;
        }
        byte[] made = html;
        IOException error = failure;
        try {
            station.loop().execute(() -> listed(made, error));
        } catch (IllegalStateException e) {
            // the server has ended
        }
    }

    private void listed(byte @Nullable [] html, @Nullable IOException error) {
        if (isOver()) {
            return;
        }
        if (html == null) {
            fail(error);
        } else {
            sendPage(head(HttpStatus.OK_200).field("Cache-Control", "no-cache"), "text/html;charset=utf-8", html);
        }
    }

    /** The file that was found. */
    private void send(Resource found, String name) {
        file = found.file();
        Request request = reader.request();
        Validators validators = Validators.of(found);
        switch (validators.judge(request)) {
            case NOT_MODIFIED -> sendHead(validate(head(HttpStatus.NOT_MODIFIED_304), validators));
            case FAILED -> refuse(HttpStatus.PRECONDITION_FAILED_412);
            case SEND -> {
                Range range = Range.of(validators.isRangeOfThis(request) ? request.range() : null, found.size());
                send(range, found, validators, ContentTypes.of(name));
            }
        }
    }

    private void send(Range range, Resource found, Validators validators, String type) {
        Head head = head(
                switch (range.kind()) {
                    case WHOLE -> HttpStatus.OK_200;
                    case PART -> HttpStatus.PARTIAL_CONTENT_206;
                    case UNSATISFIABLE -> HttpStatus.RANGE_NOT_SATISFIABLE_416;
                });
        switch (range.kind()) {
            case WHOLE -> {}
            case PART ->
                head.field(
                        "Content-Range",
                        "bytes " + range.from() + "-" + (range.from() + range.length() - 1) + "/" + found.size());
            case UNSATISFIABLE -> {
                head.field("Content-Range", "bytes */" + found.size());
                sendWords(head, HttpStatus.RANGE_NOT_SATISFIABLE_416);
                return;
            }
        }
        validate(head, validators)
                .field("Accept-Ranges", "bytes")
                .field("Content-Type", type)
                .field("X-Content-Type-Options", "nosniff")
                .field("Content-Length", range.length());
        position = range.from();
        left = reader.request().isHead() ? 0 : range.length();
        sendHead(head);
    }

    private static Head validate(Head head, Validators validators) {
        return head.field("ETag", validators.tag()).field("Last-Modified", validators.lastModified());
    }

    private void redirect(String location) {
        sendWords(head(HttpStatus.MOVED_PERMANENTLY_301).field("Location", location), HttpStatus.MOVED_PERMANENTLY_301);
    }

    private void fail(@Nullable IOException error) {
        refuse(statusOf(error));
    }

    private static int statusOf(@Nullable IOException error) {
        return switch (error) {
            case null -> HttpStatus.NOT_FOUND_404;
            case NoSuchFileException missing -> HttpStatus.NOT_FOUND_404;
            case AccessDeniedException denied -> HttpStatus.FORBIDDEN_403;
            case SocketTimeoutException slow -> HttpStatus.SERVICE_UNAVAILABLE_503;
            case ErrnoException failure -> statusOf(Errno.of(-failure.number()));
            default -> HttpStatus.INTERNAL_SERVER_ERROR_500;
        };
    }

    private static int statusOf(@Nullable Errno errno) {
        return switch (errno) {
            case EXDEV, ENOTDIR, ELOOP, ENAMETOOLONG, ENXIO -> HttpStatus.NOT_FOUND_404;
            case EMFILE, ENFILE, ENOMEM -> HttpStatus.SERVICE_UNAVAILABLE_503;
            case null, default -> HttpStatus.INTERNAL_SERVER_ERROR_500;
        };
    }

    private void refuse(int status) {
        Head head = head(status);
        if (status == HttpStatus.METHOD_NOT_ALLOWED_405) {
            head.field("Allow", "GET, HEAD");
        }
        sendWords(head, status);
    }

    private Head head(int status) {
        return station.head().status(status).connection(reader.request());
    }

    private void sendWords(Head head, int status) {
        byte[] words = (status + " " + HttpStatus.getMessage(status) + "\n").getBytes(UTF_8);
        sendPage(head, "text/plain;charset=utf-8", words);
    }

    private void sendPage(Head head, String type, byte[] content) {
        page = content;
        position = 0;
        left = reader.request().isHead() ? 0 : content.length;
        sendHead(head.field("Content-Type", type)
                .field("X-Content-Type-Options", "nosniff")
                .field("Content-Length", content.length));
    }

    // ---- sending ----

    /** Sends the head, together with as much of the rest as there is room for. */
    private void sendHead(Head head) {
        state = State.ANSWERING;
        station.tally().answers();
        Buffer memory = station.buffer();
        buffer = memory;
        filled = head.putInto(memory);
        boolean fits = left <= memory.size() - filled;
        if (page == null && !fits && station.isRelaying()) {
            sendBuffer();
        } else {
            fillBuffer();
        }
    }

    /** Puts what is to be sent behind what the buffer holds already. */
    private void fillBuffer() {
        Buffer memory = present(buffer);
        int length = (int) Math.min(left, memory.size() - filled);
        if (length == 0) {
            sendBuffer();
        } else if (page != null) {
            memory.put(filled, page, (int) position, length);
            filledBy(length);
            sendBuffer();
        } else {
            inFlight = true;
            filling = true;
            present(file).readFully(memory, filled, length, position).start(this);
        }
    }

    private void filledBy(int bytes) {
        filled += bytes;
        position += bytes;
        left -= bytes;
    }

    private void sendBuffer() {
        timer.setAfter(station.limits().sendTime());
        inFlight = true;
        filling = false;
        connection.sendFully(present(buffer), 0, filled).start(this);
    }

    /** The buffer has been filled, or sent. */
    @Override
    public void done(int bytes, @Nullable IOException error) {
        inFlight = false;
        if (isOver()) {
            dropBuffer();
        } else if (error != null) {
            // The head is on its way, or promises what the file does not have any more: nothing else can be said.
            breakOff();
        } else if (filling) {
            filledBy(bytes);
            sendBuffer();
        } else {
            station.tally().sent(bytes);
            filled = 0;
            if (left == 0) {
                answered();
            } else if (page == null && station.isRelaying()) {
                relay();
            } else {
                fillBuffer();
            }
        }
    }

    // ---- sending without bringing the bytes here ----

    private void relay() {
        dropBuffer(); // a client that is slow keeps none
        timer.setAfter(station.limits().sendTime());
        if (relay == null) {
            relay = station.idleRelay();
        }
        try {
            if (relay != null) {
                relayPiece(relay);
            } else {
                station.loop().relay().start(this::relayMade);
            }
        } catch (UnsupportedOperationException e) {
            station.relayNoMore();
            copy();
        }
    }

    private void relayMade(@Nullable Relay made, @Nullable IOException error) {
        if (isOver()) {
            discard(made);
        } else if (made == null) {
            copy(); // no descriptor is left for a pipe
        } else {
            relay = made;
            relay();
        }
    }

    private void relayPiece(Relay through) {
        long length = Math.min(left, PIECE);
        through.copyFully(present(file), position, connection, File.HERE, length)
                .start((moved, error) -> relayed(length, error));
    }

    private void relayed(long length, @Nullable IOException error) {
        if (isOver()) {
            return;
        }
        if (error != null) {
            breakOff();
            return;
        }
        station.tally().sent(length);
        position += length;
        left -= length;
        if (left == 0) {
            answered();
        } else {
            relay();
        }
    }

    /** Through the buffer after all. */
    private void copy() {
        buffer = station.buffer();
        filled = 0;
        fillBuffer();
    }

    // ---- the ends ----

    private void answered() {
        if (relay != null) {
            station.giveBack(relay); // it holds nothing: all has arrived
            relay = null;
        }
        dropAnswer();
        if (reader.request().isKeptAlive()) {
            reader.reset();
            state = State.READING;
            timer.setAfter(station.limits().idleTime());
            readOn();
        } else if (ended || (reader.refusal() == 0 && pending == null)) {
            close();
        } else {
            part();
        }
    }

    /** The client may be sending still: it hears that this is the end, and has a little time to hear the answer too. */
    private void part() {
        state = State.PARTING;
        pending = null;
        timer.setAfter(FAREWELL);
        connection.shutdownOutput().start((nothing, error) -> {
            if (error != null) {
                close();
            }
        });
        readOn();
    }

    private void timeIsUp() {
        switch (state) {
            case READING -> {
                if (reader.hasBegun()) {
                    reader.abandon();
                    answer();
                } else {
                    close();
                }
            }
            case LOOKING, ANSWERING -> breakOff();
            case PARTING -> close();
            case CLOSED -> {}
        }
    }

    /** Closes in the middle of something. */
    private void breakOff() {
        if (state == State.LOOKING || state == State.ANSWERING) {
            station.tally().broke();
        }
        close();
    }

    /** Whether it is closed. When the server closes, it is from then on: nothing can be begun any more. */
    private boolean isOver() {
        if (!connection.isOpen()) {
            close();
        }
        return state == State.CLOSED;
    }

    private void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        timer.cancel();
        pending = null;
        discard(relay); // which may hold bytes
        relay = null;
        dropAnswer();
        discard(connection);
        station.tally().closed();
    }

    private void dropAnswer() {
        discard(file);
        file = null;
        page = null;
        dropBuffer();
    }

    /** Gives the buffer back, unless a transfer has it: then {@link #done} does. */
    private void dropBuffer() {
        if (!inFlight && buffer != null) {
            buffer.close();
            buffer = null;
        }
    }

    /** Closes what nobody waits for, within a callback. What the kernel says late of it is no news to anyone. */
    static void discard(@Nullable AutoCloseable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (Exception e) {
                // read only, or a connection that is lost anyway
            }
        }
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the answer is over");
        }
        return value;
    }
}
