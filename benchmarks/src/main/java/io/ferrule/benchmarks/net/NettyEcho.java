package io.ferrule.benchmarks.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Echo as Netty's own example has it, on one event loop. */
final class NettyEcho {
    private NettyEcho() {}

    static int start(IoHandlerFactory transport, Class<? extends ServerChannel> channel) throws InterruptedException {
        return start(transport, channel, new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel connection) {
                connection.pipeline().addLast(new Echo());
            }
        });
    }

    /** Starts any server on one event loop. */
    static int start(
            IoHandlerFactory transport, Class<? extends ServerChannel> channel, ChannelInitializer<SocketChannel> each)
            throws InterruptedException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, transport);
        InetSocketAddress address = (InetSocketAddress) new ServerBootstrap()
                .group(loop, loop)
                .channel(channel)
                .option(ChannelOption.SO_BACKLOG, SelectorEcho.BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(each)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel()
                .localAddress();
        return address.getPort();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
