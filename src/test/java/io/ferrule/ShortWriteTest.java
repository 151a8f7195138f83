package io.ferrule;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes that the kernel cuts short, for real: in a JVM whose files may not be larger than {@value #LIMIT} bytes, a write across that limit is short, and
 * the next one fails.
 */
@Tag("subprocess")
class ShortWriteTest {
    private static final int LIMIT = 10_000;
    private static final int LENGTH = 16_384;

    @TempDir
    Path folder;

    @BeforeEach
    void needLimit() {
        Probes.need("prlimit (util-linux)", "prlimit", "--fsize=10000:10000", "true");
    }

    private Jvm.Result run(String driver, String way) throws Exception {
        return Jvm.onModulePath(WritesAcross.class)
                .under("prlimit", "--fsize=" + LIMIT + ":" + LIMIT)
                .with("-XX:-UsePerfData") // files of its own
                .arguments(driver, way, folder.resolve("file").toString())
                .run();
    }

    @EveryDriver
    void aWriteMovesWhatItCan(String driver) throws Exception {
        assertThat(run(driver, "once").out()).isEqualTo("10000 bytes, no error\n");
    }

    @EveryDriver
    void writingAllGoesOnAfterAShortWriteAndTellsWhatWasWritten(String driver) throws Exception {
        assertThat(run(driver, "fully").out()).isEqualTo("10000 bytes, EFBIG of write\n");
        assertThat(folder.resolve("file")).hasSize(LIMIT);
    }

    @EveryDriver
    void aSyncThatWasHeldBackByAShortWriteIsNoErrorOfItsOwn(String driver) throws Exception {
        assertThat(run(driver, "durably").out()).isEqualTo("10000 bytes, EFBIG of write\n");
    }

    @EveryDriver
    void severalBuffersGoOnAfterAShortWrite(String driver) throws Exception {
        assertThat(run(driver, "pieces").out()).isEqualTo("10000 bytes, EFBIG of writev\n");
    }

    /** Writes across the limit in one of several ways. */
    static final class WritesAcross {
        public static void main(String[] arguments) throws Exception {
            try (Loop loop = Loop.open(LoopOptions.defaults().driver(arguments[0]));
                    File file =
                            loop.openFile(Path.of(arguments[2]), CREATE, WRITE).await()) {
                Buffer buffer = Buffer.allocate(LENGTH);
                Transfer transfer = switch (arguments[1]) {
                    case "once" -> file.write(buffer, 0, LENGTH, 0);
                    case "fully" -> file.writeFully(buffer, 0, LENGTH, 0);
                    case "durably" -> file.writeDurably(buffer, 0, LENGTH, 0);
                    default -> file.writeFully(new Buffer[] {buffer, Buffer.allocate(LENGTH)}, 0);
                };
                boolean[] over = {false};
                transfer.start((bytes, error) -> {
                    over[0] = true;
                    System.out.println(bytes + " bytes, "
                            + (error instanceof io.ferrule.sys.ErrnoException e
                                    ? e.errno() + " of " + e.operation()
                                    : "no error"));
                });
                while (!over[0]) {
                    loop.turn(-1);
                }
            }
        }
    }
}
