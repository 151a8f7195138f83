package io.ferrule.benchmarks.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Echo over the JDK's selector: one thread, and one direct buffer for all connections unless a peer does not take its bytes. */
final class SelectorEcho {
    static final int BACKLOG = 4096;

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final ByteBuffer buffer;

    private SelectorEcho(Selector selector, ServerSocketChannel listener, int bufferSize) {
        this.selector = selector;
        this.listener = listener;
        this.buffer = ByteBuffer.allocateDirect(bufferSize);
    }

    static int start(int bufferSize) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        listener.configureBlocking(false);
        Selector selector = Selector.open();
        listener.register(selector, SelectionKey.OP_ACCEPT);
        SelectorEcho echo = new SelectorEcho(selector, listener, bufferSize);
        Thread.ofPlatform().daemon().name("echo").start(echo::run);
        return listener.socket().getLocalPort();
    }

    private void run() {
        try {
            while (true) {
                selector.select(this::ready);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (key.isReadable()) {
                receive(key);
            } else {
                send(key, (ByteBuffer) key.attachment());
            }
        } catch (IOException e) {
            close(key);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }
    }

    private void receive(SelectionKey key) throws IOException {
        buffer.clear();
        if (((SocketChannel) key.channel()).read(buffer) < 0) {
            close(key);
        } else {
            send(key, buffer.flip());
        }
    }

    /** Sends what can be sent, and keeps the rest: while there is one, nothing is received. */
    private void send(SelectionKey key, ByteBuffer bytes) throws IOException {
        ((SocketChannel) key.channel()).write(bytes);
        if (bytes.hasRemaining() && bytes == buffer) {
            ByteBuffer rest =
                    ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
            key.attach(rest);
            key.interestOps(SelectionKey.OP_WRITE);
        } else if (!bytes.hasRemaining() && bytes != buffer) {
            key.attach(null);
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
