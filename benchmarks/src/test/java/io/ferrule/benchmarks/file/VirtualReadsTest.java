package io.ferrule.benchmarks.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.uring.IoUring;
import io.ferrule.uring.IoUringUnavailableException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class VirtualReadsTest {
    private static final int THREADS = 32;

    /** Turns in which classes are loaded, which pins. */
    private static final int FIRST_TURNS = 3;

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void noThreadIsPinned(boolean direct, boolean ownCarrier) throws Exception {
        needRing();
        LoopVirtualReads reads = new LoopVirtualReads();
        reads.depth = THREADS;
        reads.direct = direct;
        reads.ownCarrier = ownCarrier;
        BlockFile.prepare();
        try {
            reads.open();
        } catch (UnsupportedOperationException e) {
            Assumptions.abort(e.getMessage());
        }
        List<RecordedEvent> pinned;
        int tries = 0;
        try {
            for (int i = 0; i < FIRST_TURNS; i++) {
                reads.turn();
            }
            do { // once more, where a class has been loaded after all
                pinned = pinnedIn(reads);
            } while (!pinned.isEmpty() && ++tries < 5);
        } finally {
            reads.close();
        }
        assertThat(pinned).isEmpty();
    }

    private static List<RecordedEvent> pinnedIn(LoopVirtualReads reads) throws Exception {
        List<RecordedEvent> pinned = new CopyOnWriteArrayList<>();
        try (RecordingStream stream = new RecordingStream()) {
            stream.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
            stream.onEvent("jdk.VirtualThreadPinned", pinned::add);
            stream.startAsync();
            reads.turn();
            stream.stop(); // delivers what has been recorded
        }
        return pinned;
    }

    private static void needRing() throws Exception {
        try {
            IoUring.open(1).close();
        } catch (IoUringUnavailableException e) {
            Assumptions.abort(e.getMessage());
        }
    }
}
