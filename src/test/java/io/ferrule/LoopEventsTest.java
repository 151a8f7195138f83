package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Jvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Java Flight Recorder hears of loops: in JVMs of their own. */
@Tag("subprocess")
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopEventsTest {
    @EveryDriver
    void aRecordingHasTheLoopsAndTheirCounters(String driver) throws Exception {
        Jvm.Result result = Jvm.onModulePath(Recorded.class)
                .with("--add-modules", "jdk.jfr")
                .arguments(driver)
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out())
                .contains("opened while recording: " + driver + " " + driver + ": the program asked for it")
                .contains("counters of the one before: true")
                .contains("last counters of the one closed: 11 11 0");
    }

    @Test
    void withoutTheModuleThereAreNoEventsAndAllElseWorks() throws Exception {
        Jvm.Result result = Jvm.onModulePath(Plain.class)
                .with("--limit-modules", "io.ferrule")
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).contains("jdk.jfr: false").contains("read 8");
    }

    static final class Plain {
        public static void main(String[] arguments) throws Exception {
            System.out.println(
                    "jdk.jfr: " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
            try (Loop loop = Loop.start()) {
                File file = loop.openFile(Path.of("/dev/zero")).await();
                System.out.println("read " + file.read(Buffer.allocate(8), 0).await());
            }
        }
    }

    static final class Recorded {
        public static void main(String[] arguments) throws Exception {
            LoopOptions options = LoopOptions.defaults().driver(arguments[0]);
            Path path = Files.createTempFile("ferrule-test-", ".jfr");
            try (Loop before = Loop.start(options);
                    Recording recording = new Recording()) {
                // Asked for when the recording stops, so however busy the machine is.
                recording.enable("io.ferrule.LoopCounters").with("period", "endChunk");
                recording.start();
                try (Loop loop = Loop.start(options)) {
                    File file = loop.openFile(Path.of("/dev/zero")).await();
                    for (int i = 0; i < 9; i++) {
                        file.read(Buffer.allocate(8), 0)
                                .future()
                                .get(); // by the loop, and not by the thread that waits
                    }
                    file.close();
                }
                before.openFile(Path.of("/dev/zero")).await().close();
                recording.stop();
                recording.dump(path);
                tell(RecordingFile.readAllEvents(path));
            } finally {
                Files.delete(path);
            }
        }

        private static void tell(List<RecordedEvent> events) {
            String before = "";
            String after = "";
            for (RecordedEvent event : events) {
                if (event.getEventType().getName().equals("io.ferrule.LoopOpened")) {
                    after = event.getString("loop");
                    System.out.println("opened while recording: " + event.getString("driver") + " "
                            + event.getString("description"));
                } else if (event.getEventType().getName().equals("io.ferrule.LoopCounters")) {
                    before = event.getString("loop").equals("ferrule-loop-0") ? event.getString("loop") : before;
                }
            }
            System.out.println("counters of the one before: " + !before.isEmpty());
            for (RecordedEvent event : events.reversed()) {
                if (event.getEventType().getName().equals("io.ferrule.LoopCounters")
                        && event.getString("loop").equals(after)) {
                    System.out.println("last counters of the one closed: " + event.getLong("submitted") + " "
                            + event.getLong("completed") + " " + event.getLong("inFlight"));
                    return;
                }
            }
        }
    }
}
