package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 8: a full submission queue flushes and goes on; a chain goes in whole; there is room for cancels. Here the queue has two entries. */
class Rule08NothingIsDroppedTest extends LoopContract {
    private static final int MANY = 500;

    @TempDir
    Path folder;

    @Override
    LoopOptions options() {
        return super.options().entries(2);
    }

    @Test
    void farMoreRequestsThanTheQueueHoldsAllComplete() throws Exception {
        File file =
                loop.openFile(Files.writeString(folder.resolve("f"), "text")).await();
        int[] ended = {0};
        int[] bytesRead = {0};
        onLoop(() -> {
            for (int i = 0; i < MANY; i++) {
                file.read(Buffer.allocate(8), 0).start((bytes, error) -> {
                    ended[0]++;
                    bytesRead[0] += bytes;
                });
            }
            return null;
        });
        while (onLoop(() -> ended[0]) < MANY) {
            Thread.onSpinWait();
        }
        assertThat(onLoop(() -> bytesRead[0])).isEqualTo(4 * MANY);
    }

    @Test
    void chainsGoInWhole() throws Exception {
        File file = loop.openFile(folder.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                .await();
        Buffer buffer = buffer("x".repeat(512));
        List<Integer> results = new ArrayList<>();
        onLoop(() -> {
            for (int i = 0; i < 20; i++) {
                file.write(buffer, 0, 512, 512L * 3 * i).start((bytes, error) -> {}); // an odd number of entries
                file.writeDurably(buffer, 0, 512, 512L * (3 * i + 1)).start((bytes, error) -> {
                    assertThat(error).isNull();
                    results.add(bytes);
                });
            }
            return null;
        });
        while (onLoop(results::size) < 20) {
            Thread.onSpinWait();
        }
        assertThat(results).containsOnly(512);
        file.sync().await();
        assertThat(Files.size(folder.resolve("f"))).isEqualTo(512L * (3 * 19 + 2));
    }

    @Test
    void everyOneOfManyRequestsCanBeCancelledAtOnce() throws Exception {
        Pair pair = connected();
        int[] cancelled = {0};
        onLoop(() -> {
            long[] tickets = new long[MANY];
            for (int i = 0; i < MANY; i++) {
                tickets[i] = pair.server()
                        .receive(Buffer.allocate(8))
                        .start((bytes, error) -> cancelled[0] += error instanceof OperationCancelledException ? 1 : 0);
            }
            for (long each : tickets) {
                assertThat(loop.cancel(each)).isTrue();
            }
            return null;
        });
        while (loop.counters().inFlight() > 0) {
            Thread.onSpinWait();
        }
        assertThat(onLoop(() -> cancelled[0])).isEqualTo(MANY);
        assertReaches(pair.client(), pair.server());
    }
}
