package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.ferrule.Buffer;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpStatus;

/** The first lines of an answer. One serves for all answers of a loop, one after the other. */
final class Head {
    private static final long MILLIS = 1000;

    private final StringBuilder text = new StringBuilder(512);

    /** The second that {@link #date} is about. */
    private long second;

    private String date = "";

    /** Begins an answer. */
    Head status(int status) {
        text.setLength(0);
        text.append("HTTP/1.1 ").append(status).append(' ').append(HttpStatus.getMessage(status));
        field("Server", "ferrule");
        return field("Date", date());
    }

    Head field(String name, String value) {
        text.append("\r\n").append(name).append(": ").append(value);
        return this;
    }

    Head field(String name, long value) {
        text.append("\r\n").append(name).append(": ").append(value);
        return this;
    }

    /** Says whether the connection stays. */
    Head connection(Request request) {
        if (!request.isKeptAlive()) {
            field("Connection", "close");
        } else if (request.isOld()) {
            field("Connection", "keep-alive");
        }
        return this;
    }

    /** Ends it, and puts it at a buffer's begin. Returns its length in bytes. */
    int putInto(Buffer buffer) {
        return buffer.putString(0, text.append("\r\n\r\n").toString(), ISO_8859_1);
    }

    private String date() {
        long now = System.currentTimeMillis() / MILLIS;
        if (now != second) {
            second = now;
            date = DateGenerator.formatDate(now * MILLIS);
        }
        return date;
    }
}
