package io.ferrule.benchmarks.file;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** Blocking reads on virtual threads: in each turn {@link #depth} threads begin, do a number of reads each, one after the other, and end. */
public abstract class VirtualReads extends BlockReads {
    /** Of each thread in a turn: so many that beginning and ending it matters little. */
    static final int READS = 32;

    /** What one thread does again and again. */
    interface Read {
        /**
         * Reads a block, and waits for it.
         *
         * @return bytes read
         */
        int at(long offset) throws Exception;
    }

    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private RandomBlocks[] sequences;
    private Read[] reads;

    /** Each thread has a read of its own, with its own buffer. */
    final void prepare(Read[] reads) {
        this.reads = reads;
        this.sequences = IntStream.range(0, depth).mapToObj(RandomBlocks::new).toArray(RandomBlocks[]::new);
    }

    /** A turn on threads of these factories, by turns. */
    final void readOn(ThreadFactory... factories) throws Exception {
        CountDownLatch left = new CountDownLatch(depth);
        for (int i = 0; i < depth; i++) {
            RandomBlocks sequence = sequences[i];
            Read read = reads[i];
            factories[i % factories.length]
                    .newThread(() -> {
                        try {
                            for (int n = 0; n < READS; n++) {
                                check(read.at(sequence.nextOffset()));
                            }
                        } catch (Exception e) {
                            failure.set(e);
                        } finally {
                            left.countDown();
                        }
                    })
                    .start();
        }
        left.await();
        Exception failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }
}
