package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.channel.Flows;
import io.ferrule.channel.SinkSubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reactive streams of the JDK over files and connections. */
class FlowsTest extends LoopContract {
    @TempDir
    Path folder;

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private File read(byte[] content) throws Exception {
        return loop.openFile(Files.write(folder.resolve("source"), content)).await();
    }

    /** Keeps what it is told, and asks for as much as the test does. */
    private static final class Probe implements Flow.Subscriber<ByteBuffer> {
        private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

        @Override
        public void onSubscribe(Flow.@Nullable Subscription offered) {
            subscription.complete(offered);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            told.add(piece.remaining());
        }

        @Override
        public void onError(Throwable error) {
            told.add(error);
        }

        @Override
        public void onComplete() {
            told.add("complete");
        }
    }

    @Test
    void aFileFlowsIntoAnother() throws Exception {
        byte[] content = bytes(100_001);
        Path copy = folder.resolve("copy");
        File target = loop.openFile(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                .await();
        SinkSubscriber subscriber = new SinkSubscriber(target);
        Flows.publisher(read(content), 4096).subscribe(subscriber);
        assertThat(subscriber.written().get()).isEqualTo(content.length);
        assertThat(Files.readAllBytes(copy)).isEqualTo(content);
        assertThat(target.isOpen()).isTrue();
    }

    @Test
    void aFileFlowsOverAConnection() throws Exception {
        byte[] content = bytes(1_000_000);
        Pair pair = connected();
        SinkSubscriber sending = new SinkSubscriber(pair.client());
        Path copy = folder.resolve("copy");
        SinkSubscriber receiving =
                new SinkSubscriber(loop.openFile(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                        .await());
        Flows.publisher(pair.server(), 10_000).subscribe(receiving);
        Flows.publisher(read(content), 70_000).subscribe(sending);
        assertThat(sending.written().get()).isEqualTo(content.length);
        pair.client().close();
        assertThat(receiving.written().get()).isEqualTo(content.length);
        assertThat(Files.readAllBytes(copy)).isEqualTo(content);
    }

    @Test
    void nothingIsReadThatNobodyAskedFor() throws Exception {
        Probe probe = new Probe();
        Flows.publisher(read(bytes(10)), 4).subscribe(probe);
        Flow.Subscription subscription = probe.subscription.get();
        settle();
        assertThat(probe.told).isEmpty();
        subscription.request(1);
        assertThat(probe.told.take()).isEqualTo(4);
        settle();
        assertThat(probe.told).isEmpty();
        subscription.request(Long.MAX_VALUE);
        subscription.request(Long.MAX_VALUE);
        assertThat(probe.told.take()).isEqualTo(4);
        assertThat(probe.told.take()).isEqualTo(2);
        assertThat(probe.told.take()).isEqualTo("complete");
    }

    @Test
    void askingForNothingIsAnError() throws Exception {
        Probe probe = new Probe();
        Flows.publisher(read(bytes(10)), 4).subscribe(probe);
        probe.subscription.get().request(0);
        assertThat(probe.told.take()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void afterCancelNothingComes() throws Exception {
        Probe probe = new Probe();
        Flows.publisher(read(bytes(10)), 4).subscribe(probe);
        probe.subscription.get().cancel();
        probe.subscription.get().request(5);
        settle();
        assertThat(probe.told).isEmpty();
    }

    @Test
    void aSecondSubscriberIsRefused() throws Exception {
        Flow.Publisher<ByteBuffer> publisher = Flows.publisher(read(bytes(10)), 4);
        publisher.subscribe(new Probe());
        Probe second = new Probe();
        publisher.subscribe(second);
        assertThat(second.told.take()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingTheSourceIsAnErrorOfTheStream() throws Exception {
        Connection server = connected().server();
        Probe probe = new Probe();
        Flows.publisher(server, 4).subscribe(probe);
        probe.subscription.get().request(1);
        settle();
        server.close();
        assertThat(probe.told.take()).isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void aSinkThatFailsEndsTheSubscription() throws Exception {
        File readOnly = read(bytes(10));
        SinkSubscriber subscriber = new SinkSubscriber(readOnly);
        Flows.publisher(loop.openFile(folder.resolve("source")).await(), 4).subscribe(subscriber);
        assertThatThrownBy(() -> subscriber.written().get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("EBADF");
    }
}
