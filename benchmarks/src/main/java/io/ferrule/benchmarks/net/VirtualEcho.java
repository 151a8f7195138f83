package io.ferrule.benchmarks.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Echo over the JDK's sockets: a virtual thread for each connection, with a buffer of its own. */
final class VirtualEcho {
    private VirtualEcho() {}

    static int start(int bufferSize) throws IOException {
        ServerSocket listener = new ServerSocket(0, SelectorEcho.BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> accept(listener, bufferSize));
        return listener.getLocalPort();
    }

    private static void accept(ServerSocket listener, int bufferSize) {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> echo(socket, bufferSize));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void echo(Socket socket, int bufferSize) {
        byte[] buffer = new byte[bufferSize];
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // the peer has gone
        }
    }
}
