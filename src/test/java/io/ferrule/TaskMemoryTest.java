package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TaskMemoryTest {
    private Loop loop;
    private TaskMemory memory;

    @BeforeEach
    void open() throws Exception {
        loop = Loop.start();
        memory = loop.taskMemory();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void whatWasGivenBackIsHandedOutAgainAsZeroes() {
        onLoop(() -> {
            MemorySegment first = memory.take(100);
            first.fill((byte) 7);
            memory.giveBack(first);

            MemorySegment second = memory.take(200);

            assertThat(second.address()).isEqualTo(first.address());
            assertThat(second.mismatch(MemorySegment.ofArray(new byte[(int) second.byteSize()])))
                    .isEqualTo(-1);
        });
    }

    @Test
    void noTwoHaveTheSame() {
        onLoop(() -> {
            memory.giveBack(memory.take(100));

            assertThat(memory.take(100).address()).isNotEqualTo(memory.take(100).address());
        });
    }

    @Test
    void anotherThreadGetsFreshMemory() {
        MemorySegment[] first = new MemorySegment[1];
        onLoop(() -> {
            first[0] = memory.take(100);
            memory.giveBack(first[0]);
        });

        assertThat(memory.take(100).address()).isNotEqualTo(first[0].address());
    }

    @Test
    void whatIsLargeIsNotKept() {
        onLoop(() -> {
            MemorySegment large = memory.take(4096);
            assertThat(large.byteSize()).isEqualTo(4096);
            memory.giveBack(large);

            assertThat(memory.take(4096).address()).isNotEqualTo(large.address());
        });
    }

    @Test
    void aTaskThatIsOverLeavesItsMemoryToTheNext() throws Exception {
        MemorySegment[] first = new MemorySegment[1];
        onLoop(() -> {
            first[0] = memory.take(100);
            memory.giveBack(first[0]); // as all there is
        });
        CompletableFuture<File> opened = new CompletableFuture<>();
        onLoop(() -> loop.openFile(Path.of("/dev/zero")).start((file, error) -> opened.complete(file)));
        opened.join().close();

        onLoop(() -> assertThat(memory.take(100).address()).isEqualTo(first[0].address()));
    }

    @Test
    void aTaskThatNeverBeginsKeepsItsMemory() {
        onLoop(() -> {
            MemorySegment first = memory.take(100);
            memory.giveBack(first);
            Task<File> described = loop.openFile(Path.of("/dev/zero"));

            assertThat(memory.take(100).address()).isNotEqualTo(first.address());
            assertThat(described).isNotNull();
        });
    }

    private void onLoop(Runnable runnable) {
        CompletableFuture.runAsync(runnable, loop).join();
    }
}
