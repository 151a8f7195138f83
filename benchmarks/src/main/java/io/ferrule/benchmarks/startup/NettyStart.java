package io.ferrule.benchmarks.startup;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/** Netty on io_uring, which reads no files: accepts a connection. */
@ChannelHandler.Sharable
final class NettyStart extends ChannelInboundHandlerAdapter {
    private static final CountDownLatch ACCEPTED = new CountDownLatch(1);

    private NettyStart() {}

    public static void main(String[] arguments) throws Exception {
        MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory());
        Channel listener = new ServerBootstrap()
                .group(loop)
                .channel(IoUringServerSocketChannel.class)
                .childHandler(new NettyStart())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        try (Socket _ = new Socket(address.getAddress(), address.getPort())) {
            ACCEPTED.await();
            Start.done(Start.BLOCK);
        }
    }

    @Override
    public void channelActive(io.netty.channel.ChannelHandlerContext context) {
        ACCEPTED.countDown();
    }
}
