package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 3: closing a loop cancels everything, waits until nothing is in flight, and only then frees. */
class Rule03CloseWaitsForEverythingTest extends LoopContract {
    @TempDir
    Path folder;

    @Test
    void closeEndsEveryKindOfRequest() throws Exception {
        Listener listener = listener();
        Pair pair = connected(listener);
        File file = loop.openFile(
                        folder.resolve("file"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)
                .await();
        List<Future<?>> all = new ArrayList<>();
        List<Buffer> buffers = new ArrayList<>();
        List<Subscription> streams = new ArrayList<>();
        all.add(pair.client().receive(fresh(buffers)).future());
        all.add(pair.server()
                .receive(new Buffer[] {fresh(buffers), fresh(buffers)})
                .future());
        fillOutput(pair.client(), all, buffers);
        all.add(listener.accept().future());
        streams.add(listener().acceptAll((connection, end) -> {}));
        streams.add(connected().server().receiveAll(loop.leases(2, 64), (lease, end) -> {}));
        for (int i = 0; i < 16; i++) {
            all.add(file.writeDurably(fresh(buffers), 0, 4096, 4096L * i).future());
        }
        loop.close();
        assertThat(all).allMatch(Future::isDone);
        assertThat(streams).allMatch(Subscription::isOver);
        assertThat(buffers).noneMatch(Buffer::isInFlight);
        assertThat(loop.counters().inFlight()).isZero();
    }

    private static Buffer fresh(List<Buffer> buffers) {
        Buffer buffer = Buffer.allocate(4096);
        buffers.add(buffer);
        return buffer;
    }

    /** Sends more than the sockets hold, so that some of it is in flight. */
    private static void fillOutput(Connection connection, List<Future<?>> all, List<Buffer> buffers) throws Exception {
        connection.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
        Buffer much = Buffer.allocate(16 << 20);
        buffers.add(much);
        all.add(connection.sendFully(much, 0, much.size()).future());
    }

    @Test
    void whatIsOpenIsClosedForThePeerToo() throws Exception {
        Listener listener = listener();
        try (SocketChannel peer = SocketChannel.open((InetSocketAddress) listener.localAddress())) {
            listener.accept().await();
            loop.close();
            assertThat(peer.read(java.nio.ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    /** The other ends are older, and so the first to be closed: whoever waits must not take that for the end of its stream. */
    @Test
    void whoWaitsIsToldThatTheLoopClosesAndNotThatTheOtherEndDoes() throws Exception {
        List<CompletableFuture<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            waiting.add(connected().server().receive(Buffer.allocate(8)).future());
        }
        settle();
        loop.close();
        for (CompletableFuture<Integer> each : waiting) {
            assertThatThrownBy(each::get).hasCauseInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void whatOtherThreadsBeginMeanwhileEndsToo() throws Exception {
        Pair pair = connected();
        AtomicBoolean ended = new AtomicBoolean();
        List<CompletableFuture<Integer>> begun = new ArrayList<>();
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                for (; ; ) {
                    Transfer next = pair.server().receive(Buffer.allocate(8));
                    if (begun.size() < 1_000) { // each may cost a thread
                        begun.add(next.future());
                    }
                }
            } catch (IllegalStateException e) {
                ended.set(true); // closed
            }
        });
        while (loop.counters().submitted() < 100) {
            Thread.onSpinWait();
        }
        loop.close();
        other.join();
        assertThat(ended).isTrue();
        for (CompletableFuture<Integer> each : begun) {
            assertThatThrownBy(each::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void closeWithinACallbackIsRefused() throws Exception {
        assertThatThrownBy(() -> onLoop(() -> {
                    loop.close();
                    return null;
                }))
                .hasCauseInstanceOf(IllegalStateException.class);
    }
}
