package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Jvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where there is no helper library for a machine, the nio driver is left, and needs none. */
@Tag("subprocess")
class WithoutHelperLibraryTest {
    @TempDir
    Path folder;

    static class Program {
        public static void main(String[] args) throws IOException {
            try (Loop loop = Loop.start()) {
                System.out.println(loop.description());
                Listener listener = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .await();
                Connection client = loop.connect(listener.localAddress()).await();
                Connection server = listener.accept().await();
                File file = loop.openFile(Path.of(args[0])).await();
                Buffer buffer = Buffer.allocate(16);
                int bytes = file.read(buffer, 0).await();
                client.sendFully(buffer, 0, bytes).await();
                Buffer received = Buffer.allocate(16);
                server.receive(new Buffer[] {received}).await();
                System.out.println(received.getString(0, bytes, UTF_8));
            }
        }
    }

    @Test
    void aLoopOpensWithTheNioDriverAndWorks() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "over the wire");
        Jvm.Result result = Jvm.onModulePath(Program.class)
                .with("-Dferrule.library.path=" + folder.resolve("none.so"))
                .arguments(file.toString())
                .run();
        assertThat(result.out().lines().toList()).as(result.toString()).hasSizeGreaterThan(1);
        assertThat(result.out())
                .as(result.toString())
                .startsWith("nio: uring is not to be had")
                .contains("epoll is not to be had")
                .endsWith("over the wire\n");
    }
}
