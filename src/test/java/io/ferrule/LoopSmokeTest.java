package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopSmokeTest {
    @TempDir
    Path folder;

    @EveryDriver
    void aFileOnItsOwnThread(String driver) throws Exception {
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(driver))) {
            BufferPool pool = loop.pool(4, 4096);
            Buffer out = pool.take();
            int n = out.putString(0, "hello", UTF_8);
            File file = loop.openFile(
                            folder.resolve("f"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.READ)
                    .await();
            assertThat(file.writeDurably(out, 0, n, 0).await()).isEqualTo(5);
            Buffer in = pool.take();
            assertThat(file.read(in, 0).await()).isEqualTo(5);
            assertThat(in.getString(0, 5, UTF_8)).isEqualTo("hello");
            int[] got = {0};
            file.read(in, 0).start((bytes, error) -> got[0] = bytes);
            while (got[0] == 0) {
                loop.turn(-1);
            }
            assertThat(got[0]).isEqualTo(5);
            file.close();
            in.close();
            out.close();
        }
    }

    @EveryDriver
    void aFileFromOtherThreads(String driver) throws Exception {
        try (Loop loop = Loop.start(LoopOptions.defaults().driver(driver))) {
            Thread virtual = Thread.startVirtualThread(() -> {
                try (Buffer buffer = Buffer.allocate(100);
                        File file = loop.openFile(
                                        folder.resolve("f"),
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE,
                                        StandardOpenOption.READ)
                                .await()) {
                    int n = buffer.putString(0, "hello", UTF_8);
                    file.writeFully(buffer, 0, n, 0).future().get();
                    assertThat(file.read(buffer, 0).await()).isEqualTo(5);
                    file.sync().await();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            Throwable[] failed = {null};
            virtual.setUncaughtExceptionHandler((t, e) -> failed[0] = e);
            virtual.join();
            assertThat(failed[0]).isNull();
        }
    }
}
