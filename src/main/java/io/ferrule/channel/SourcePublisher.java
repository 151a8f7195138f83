package io.ferrule.channel;

import io.ferrule.Buffer;
import io.ferrule.Source;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What comes from a source, for one subscriber. */
final class SourcePublisher implements Flow.Publisher<ByteBuffer> {
    private final Source source;
    private final Buffer buffer;
    private final AtomicBoolean subscribed = new AtomicBoolean();

    SourcePublisher(Source source, int pieceSize) {
        this.source = source;
        this.buffer = Buffer.allocate(pieceSize);
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (subscribed.compareAndSet(false, true)) {
            subscriber.onSubscribe(new Reading(subscriber));
        } else {
            subscriber.onSubscribe(new Nothing());
            subscriber.onError(new IllegalStateException("a source is published to one subscriber"));
        }
    }

    /** Reads as long as something is asked for. All of it happens on the loop's thread, one read after the other. */
    private final class Reading implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private long wanted;
        private boolean reading;
        private boolean over;

        Reading(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            onLoop(() -> {
                if (over) {
                    return;
                }
                if (count <= 0) {
                    fail(new IllegalArgumentException("a subscriber asks for 1 or more, not " + count));
                    return;
                }
                wanted = wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
                read();
            });
        }

        @Override
        public void cancel() {
            onLoop(() -> over = true);
        }

        private void onLoop(Runnable work) {
            try {
                Ends.handle(source).loop().execute(work);
            } catch (IllegalStateException e) {
                // The loop has closed, and with it ended everything: there is nobody left to ask.
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // arrived is told of everything
        private void read() {
            if (reading || over || wanted == 0) {
                return;
            }
            reading = true;
            try {
                Ends.checkOpen(Ends.handle(source));
                Ends.read(source, buffer, 0, buffer.size()).future().whenComplete(this::arrived);
            } catch (Exception e) {
                fail(e);
            }
        }

        private void arrived(@Nullable Integer count, @Nullable Throwable error) {
            reading = false;
            if (over) {
                return;
            }
            if (count == null) {
                fail(
                        error instanceof CompletionException wrapped && wrapped.getCause() != null
                                ? wrapped.getCause()
                                : error);
            } else if (count == 0) {
                over = true;
                subscriber.onComplete();
            } else {
                wanted--;
                byte[] bytes = new byte[count];
                buffer.get(0, bytes, 0, count);
                subscriber.onNext(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
                read();
            }
        }

        private void fail(@Nullable Throwable error) {
            over = true;
            subscriber.onError(error);
        }
    }

    private static final class Nothing implements Flow.Subscription {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    }
}
