package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.epoll.Epoll;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.NativeLibrary;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import io.ferrule.uring.IoUring;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a JVM that forbids native access, whatever is called first says which flag is missing, each time it is called. */
@Tag("subprocess")
class NativeAccessTest {
    private static final String DENY = "--illegal-native-access=deny";

    interface Call {
        void run() throws Exception;
    }

    static class Program {
        public static void main(String[] args) throws Exception {
            Call call = switch (args[0]) {
                case "library" -> NativeLibrary::load;
                case "epoll" -> Epoll::open;
                case "uring" -> () -> IoUring.open(8);
                case "nio" -> () -> Loop.open(LoopOptions.defaults().driver("nio"));
                case "iovec" -> () -> IovecArray.allocate(Arena.ofAuto(), 1);
                default -> throw new IllegalArgumentException(args[0]);
            };
            for (int i = 0; i < 2; i++) {
                try {
                    call.run();
                } catch (Throwable e) {
                    System.out.println(e);
                }
            }
        }
    }

    @BeforeAll
    static void probe() {
        Probes.need(
                "a JVM that can forbid native access (JDK 24)",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                DENY,
                "-version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"library", "epoll", "uring", "nio", "iovec"})
    void onTheModulePathTheFlagForTheModuleIsNamed(String call) throws IOException, InterruptedException {
        Jvm.Result result = Jvm.onModulePath(Program.class)
                .withoutNativeAccess()
                .with(DENY)
                .arguments(call)
                .run();
        assertThat(result.out().lines().toList())
                .as(result.toString())
                .hasSize(2)
                .allMatch(line -> line.startsWith(
                        "java.lang.IllegalCallerException: this JVM forbids native access to module io.ferrule:"
                                + " start it with --enable-native-access=io.ferrule "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"library", "epoll", "uring", "nio", "iovec"})
    void onTheClassPathTheFlagForTheClassPathIsNamed(String call) throws IOException, InterruptedException {
        Jvm.Result result = Jvm.onClassPath(Program.class)
                .withoutNativeAccess()
                .with(DENY)
                .arguments(call)
                .run();
        assertThat(result.out().lines().toList())
                .as(result.toString())
                .hasSize(2)
                .allMatch(line -> line.startsWith(
                        "java.lang.IllegalCallerException: this JVM forbids native access to classes on the class path:"
                                + " start it with --enable-native-access=ALL-UNNAMED "));
    }
}
