package io.ferrule.channel;

import io.ferrule.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A file as a channel of completion handlers and futures. Like its like of the JDK, a write may move fewer bytes than there are. */
final class LoopAsynchronousFileChannel extends AsynchronousFileChannel {
    private final File file;
    private final Copies copies = new Copies();

    LoopAsynchronousFileChannel(File file) {
        this.file = file;
    }

    @Override
    public Future<Integer> read(ByteBuffer into, long at) {
        LoopFileChannel.requireNotNegative(at, "a position");
        return begin(() -> copies.readLater(into, (buffer, length) -> file.read(buffer, 0, length, at)));
    }

    @Override
    public <A> void read(ByteBuffer into, long at, A attachment, CompletionHandler<Integer, ? super A> handler) {
        LoopFileChannel.requireNotNegative(at, "a position");
        tell(
                begin(() -> copies.readLater(into, (buffer, length) -> file.read(buffer, 0, length, at))),
                attachment,
                handler);
    }

    @Override
    public Future<Integer> write(ByteBuffer from, long at) {
        LoopFileChannel.requireNotNegative(at, "a position");
        return begin(() -> copies.writeLater(from, (buffer, length) -> file.write(buffer, 0, length, at)));
    }

    @Override
    public <A> void write(ByteBuffer from, long at, A attachment, CompletionHandler<Integer, ? super A> handler) {
        LoopFileChannel.requireNotNegative(at, "a position");
        tell(
                begin(() -> copies.writeLater(from, (buffer, length) -> file.write(buffer, 0, length, at))),
                attachment,
                handler);
    }

    /** Begins something that fails in its future, also where it is refused at once because the file is closed. */
    @FunctionalInterface
    private interface Beginning {
        CompletableFuture<Integer> begin() throws IOException;
    }

    private CompletableFuture<Integer> begin(Beginning beginning) {
        try {
            Ends.checkOpen(file);
            return beginning.begin();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the handler is told of everything
    private static <A> void tell(
            CompletableFuture<Integer> outcome, A attachment, CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler, "handler");
        outcome.whenComplete((count, error) -> {
            if (error == null) {
                handler.completed(count, attachment);
            } else {
                handler.failed(cause(error), attachment);
            }
        });
    }

    private static Throwable cause(Throwable error) {
        @Nullable Throwable cause = error instanceof CompletionException ? error.getCause() : null;
        return cause == null ? error : cause;
    }

    // ---- the file itself ----

    @Override
    public long size() throws IOException {
        Ends.checkOpen(file);
        return file.status().await().size();
    }

    @Override
    public AsynchronousFileChannel truncate(long size) throws IOException {
        LoopFileChannel.requireNotNegative(size, "a size");
        if (size < size()) {
            file.truncate(size).await();
        }
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        Ends.checkOpen(file);
        (metaData ? file.sync() : file.syncData()).await();
    }

    @Override
    public <A> void lock(long at, long size, boolean shared, A attachment, CompletionHandler<FileLock, ? super A> h) {
        throw LoopFileChannel.noLocks();
    }

    @Override
    public Future<FileLock> lock(long at, long size, boolean shared) {
        throw LoopFileChannel.noLocks();
    }

    @Override
    public FileLock tryLock(long at, long size, boolean shared) {
        throw LoopFileChannel.noLocks();
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    @Override
    public String toString() {
        return "channel of " + file;
    }
}
