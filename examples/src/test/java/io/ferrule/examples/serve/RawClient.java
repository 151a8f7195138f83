package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends what it is told, whether that is HTTP or not. */
final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawClient(InetSocketAddress server) throws IOException {
        this(server, 0);
    }

    /** With a receive buffer of so many bytes, or the usual one for 0. */
    RawClient(InetSocketAddress server, int receiveBuffer) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(server);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** An answer: its header fields by their names in lower case. */
    record Answer(int status, Map<String, String> fields, byte[] body) {
        String text() {
            return new String(body, ISO_8859_1);
        }
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends a request of these lines, with a Host field and the empty line at the end. */
    RawClient request(String... lines) throws IOException {
        return send(String.join("\r\n", lines) + "\r\nHost: test\r\n\r\n");
    }

    void sendsNoMore() throws IOException {
        socket.shutdownOutput();
    }

    /** The next answer, with a body. */
    Answer answer() throws IOException {
        return answer(true);
    }

    /** The next answer, to HEAD. */
    Answer headAnswer() throws IOException {
        return answer(false);
    }

    private Answer answer(boolean body) throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.1 \\d{3} .+")) {
            throw new IOException("no status line: " + status);
        }
        Map<String, String> fields = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(": ");
            fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
        }
        int code = Integer.parseInt(status.substring(9, 12));
        int length = body && code != 304 ? Integer.parseInt(fields.get("content-length")) : 0;
        byte[] content = in.readNBytes(length);
        if (content.length < length) {
            throw new EOFException(content.length + " bytes of " + length);
        }
        return new Answer(code, fields, content);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the end came after \"" + line + "\"");
            }
            line.append((char) c);
        }
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw new IOException("no end of a line: " + line);
        }
        return line.substring(0, line.length() - 1);
    }

    InputStream in() {
        return in;
    }

    /** Everything that still comes. A connection that is reset has ended too. */
    String rest() {
        StringBuilder all = new StringBuilder();
        try {
            for (int c = in.read(); c >= 0; c = in.read()) {
                all.append((char) c);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the server keeps the connection open", e);
        } catch (IOException e) {
            // reset
        }
        return all.toString();
    }

    /** How many bytes still come. */
    long drain() {
        long count = 0;
        byte[] some = new byte[1 << 16];
        try {
            for (int bytes = in.read(some); bytes >= 0; bytes = in.read(some)) {
                count += bytes;
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the server keeps the connection open", e);
        } catch (IOException e) {
            // reset
        }
        return count;
    }

    /** Goes without a word: what has not been read yet is thrown away. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
