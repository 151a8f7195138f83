package io.ferrule.examples.compare;

import io.ferrule.Buffer;
import io.ferrule.BufferPool;
import io.ferrule.File;
import io.ferrule.FileOption;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.TransferCallback;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Does {@link RandomReads} with callbacks, on the thread of a loop. Looks at what was read. */
final class ReadLoad implements Work.Load {
    private final RandomReads work;
    private final Loop loop;
    private final File file;
    private final List<Slot> slots = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private Histogram nanos = Figures.histogram();
    private CompletableFuture<Figures> result = new CompletableFuture<>();
    private long start;
    private long length;
    private int inFlight;

    private ReadLoad(RandomReads work, Loop loop, File file) {
        this.work = work;
        this.loop = loop;
        this.file = file;
    }

    static ReadLoad start(RandomReads work, LoopOptions options, Path path) throws IOException {
        if (!work.direct()) {
            readThrough(path);
        }
        Loop loop = Loop.start(options);
        try {
            return new ReadLoad(work, loop, open(loop, path, work.direct()));
        } catch (IOException | RuntimeException e) {
            loop.close();
            throw e;
        }
    }

    /** Has the kernel keep it in memory, for a while at least. */
    private static void readThrough(Path path) throws IOException {
        try (InputStream bytes = Files.newInputStream(path)) {
            byte[] some = new byte[1 << 20];
            while (bytes.read(some) >= 0) {
                // nobody wants them
            }
        }
    }

    private static File open(Loop loop, Path path, boolean direct) throws IOException {
        if (!direct) {
            return loop.openFile(path, StandardOpenOption.READ).await();
        }
        try {
            return loop.openFile(path, StandardOpenOption.READ, FileOption.DIRECT)
                    .await();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EOPNOTSUPP || e.errno() == Errno.EINVAL) {
                throw new UnsupportedOperationException(
                        "the driver or the file system has no O_DIRECT (" + e.errno() + ")", e);
            }
            throw e;
        }
    }

    @Override
    public Figures run(long nanos) throws IOException {
        CompletableFuture<Figures> end = new CompletableFuture<>();
        loop.execute(() -> {
            result = end;
            begin(nanos);
        });
        try {
            return end.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw e;
        }
    }

    private void begin(long lengthInNanos) {
        try {
            makeSlots();
            nanos = Figures.histogram();
            length = lengthInNanos;
            start = System.nanoTime();
            for (Slot slot : slots) {
                slot.begin();
            }
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    /** Here, so that the driver may register their memory. */
    private void makeSlots() {
        if (slots.isEmpty()) {
            BufferPool pool = loop.pool(work.depth(), RandomReads.BLOCK);
            for (int i = 0; i < work.depth(); i++) {
                slots.add(new Slot(pool.take()));
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }

    /** One read after the other. */
    private final class Slot implements TransferCallback {
        private final Buffer buffer;
        private long block;
        private long begun;

        Slot(Buffer buffer) {
            this.buffer = buffer;
        }

        void begin() {
            block = random.nextInt(RandomReads.BLOCKS);
            begun = System.nanoTime();
            file.read(buffer, block * RandomReads.BLOCK).start(this);
            inFlight++;
        }

        @Override
        public void done(int bytes, @Nullable IOException error) {
            inFlight--;
            long now = System.nanoTime();
            try {
                check(bytes, error);
                Figures.record(nanos, now - begun);
                if (now - start < length) {
                    begin();
                } else if (inFlight == 0) {
                    result.complete(Figures.of(nanos, (now - start) / 1e9));
                }
            } catch (IOException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }

        private void check(int bytes, @Nullable IOException error) throws IOException {
            if (error != null) {
                throw error;
            }
            if (bytes != RandomReads.BLOCK) {
                throw new IOException("a read of " + RandomReads.BLOCK + " bytes brought " + bytes);
            }
            long found = buffer.segment().get(ValueLayout.JAVA_LONG, 0);
            if (found != block) {
                throw new IOException("a read of block " + block + " brought block " + found);
            }
        }
    }
}
