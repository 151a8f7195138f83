package io.ferrule.benchmarks.net;

import io.ferrule.benchmarks.harness.JavaProgram;
import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.Target;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** GETs of a file over connections that are kept alive. Ours is the server of {@code examples serve}. */
public final class HttpWorks {
    private static final int CONNECTIONS = 32;
    private static final int KIBI = 1 << 10;

    private HttpWorks() {}

    public static List<Work> all() {
        return List.of(work("uring", 1), work("uring", 64), work("epoll", 1), work("epoll", 64));
    }

    private static Work work(String driver, int kibibytes) {
        Path directory = Target.directory().resolve("www");
        Path file = directory.resolve(kibibytes + "k.bin");
        Work work = new Work(
                "http",
                Map.of("driver", driver, "kib", kibibytes),
                Unit.NANOS_PER_OPERATION,
                driver.equals("uring") && kibibytes == 1,
                () -> write(file, kibibytes * KIBI),
                side(JmhSide.FERRULE, ours(directory, driver), true, file),
                List.of(
                        side("nginx", Nginx.command(directory), false, file),
                        side("Netty epoll", JavaProgram.command(NettyFiles.class, directory.toString()), true, file)));
        return work.and(Served.processorTime("http"));
    }

    private static List<String> ours(Path directory, String driver) {
        Path examples = Target.directory().resolve("../../examples/target/examples.jar");
        return JavaProgram.command(
                examples.normalize(),
                "io.ferrule.examples.Main",
                "serve",
                directory.toString(),
                "--port",
                "0",
                "--driver",
                driver);
    }

    private static Side side(String name, List<String> server, boolean warms, Path file) {
        String target = "/" + file.getFileName();
        return new Served(
                name,
                server,
                warms,
                false,
                "http-load",
                List.of(String.valueOf(CONNECTIONS), target, file.toString()),
                CONNECTIONS);
    }

    private static void write(Path file, int size) throws IOException {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }
}
