package io.ferrule.channel;

import io.ferrule.Sink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a file, pipe or connection what a publisher has, one piece after the other; to a file, from its own position on. Asks for a piece when the one
 * before has been written. The sink stays open.
 */
public final class SinkSubscriber implements Flow.Subscriber<ByteBuffer> {
    private final Sink sink;
    private final Copies copies = new Copies();
    private final CompletableFuture<Long> written = new CompletableFuture<>();

    private Flow.@Nullable Subscription subscription;
    private long total;

    /** For one subscription. */
    public SinkSubscriber(Sink sink) {
        this.sink = sink;
    }

    /** How many bytes were written, once the publisher has come to its end; fails when that failed, or writing did. */
    public CompletableFuture<Long> written() {
        return written.copy();
    }

    @Override
    public void onSubscribe(Flow.Subscription offered) {
        Objects.requireNonNull(offered, "subscription");
        if (subscription != null) {
            offered.cancel(); // as the rules of reactive streams have it
            return;
        }
        subscription = offered;
        offered.request(1);
    }

    @Override
    public void onNext(ByteBuffer piece) {
        write(piece.duplicate());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the consumer is told of everything
    private void write(ByteBuffer piece) {
        BiConsumer<@Nullable Integer, @Nullable Throwable> then = (count, error) -> {
            if (count == null) {
                fail(error);
                return;
            }
            total += count;
            if (piece.hasRemaining()) {
                write(piece);
            } else {
                Objects.requireNonNull(subscription).request(1);
            }
        };
        try {
            Ends.checkOpen(Ends.handle(sink));
            copies.writeLater(piece, (buffer, length) -> Ends.writeFully(sink, buffer, 0, length))
                    .whenComplete(then);
        } catch (IOException | IllegalStateException e) {
            fail(e);
        }
    }

    private void fail(@Nullable Throwable error) {
        Objects.requireNonNull(subscription).cancel();
        written.completeExceptionally(error);
    }

    @Override
    public void onError(Throwable error) {
        written.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
        written.complete(total);
    }
}
