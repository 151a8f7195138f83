package io.ferrule.benchmarks.net;

import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.io.IOException;

/** {@code EchoServers KIND BUFFER_BYTES}: one of the echo servers, as a process. */
final class EchoServers {
    static final String OURS = "ferrule-";
    static final String RING = "ring";
    static final String NETTY_URING = "netty-io_uring";
    static final String NETTY_EPOLL = "netty-epoll";
    static final String SELECTOR = "jdk-selector";
    static final String VIRTUAL = "jdk-virtual";

    private EchoServers() {}

    public static void main(String[] args) throws Exception {
        ServerProcess.serve(start(args[0], Integer.parseInt(args[1])));
    }

    /** Starts one, and returns its port. */
    private static int start(String kind, int bufferSize) throws IOException, InterruptedException {
        return switch (kind) {
            case RING -> RingEcho.start(bufferSize);
            case NETTY_URING -> NettyEcho.start(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
            case NETTY_EPOLL -> NettyEcho.start(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
            case SELECTOR -> SelectorEcho.start(bufferSize);
            case VIRTUAL -> VirtualEcho.start(bufferSize);
            default -> FerruleEcho.start(kind.substring(OURS.length()), bufferSize);
        };
    }
}
