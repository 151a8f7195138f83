package io.ferrule.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("subprocess")
class JvmTest {
    static class Program {
        public static void main(String[] args) {
            Module module = NativeLibrary.class.getModule();
            System.out.println(module.isNamed() ? module.getName() : "unnamed");
            System.err.println(List.of(args) + " " + System.getProperty("colour"));
            System.exit(3);
        }
    }

    @Test
    void runsFerruleAsAModule() throws IOException, InterruptedException {
        assertThat(Jvm.onModulePath(Program.class).run().out()).isEqualTo("io.ferrule\n");
    }

    @Test
    void runsFerruleOnTheClassPath() throws IOException, InterruptedException {
        assertThat(Jvm.onClassPath(Program.class).run().out()).isEqualTo("unnamed\n");
    }

    @Test
    void passesOptionsAndArgumentsAndBringsBackTheExitStatus() throws IOException, InterruptedException {
        Jvm.Result result = Jvm.onModulePath(Program.class)
                .under("env", "-u", "HOME")
                .with("-Dcolour=red")
                .arguments("a", "b")
                .run();
        assertThat(result.status()).as(result.toString()).isEqualTo(3);
        assertThat(result.err()).isEqualTo("[a, b] red\n");
    }
}
