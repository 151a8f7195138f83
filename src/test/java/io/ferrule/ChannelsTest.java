package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.channel.Channels;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Channels of the JDK over files and connections: they do what those of the JDK do. */
class ChannelsTest extends LoopContract {
    @TempDir
    Path folder;

    private final Random random = new Random(7);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private File open(String name) throws Exception {
        return loop.openFile(
                        folder.resolve(name),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)
                .await();
    }

    private FileChannel ours() throws Exception {
        return keep(Channels.of(open("ours")));
    }

    private FileChannel ofTheJdk() throws Exception {
        return keep(FileChannel.open(
                folder.resolve("jdk"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** Something done with a channel, and what came of it. */
    private interface Step {
        Object on(FileChannel channel) throws Exception;
    }

    private static Object outcome(FileChannel channel, Step step) {
        try {
            return step.on(channel);
        } catch (Exception e) {
            return e.getClass();
        }
    }

    private ByteBuffer buffer(int size) {
        byte[] content = bytes(size);
        return (random.nextBoolean() ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size))
                .put(content)
                .flip();
    }

    private Step anyStep() {
        int number = random.nextInt(200_000);
        int at = random.nextInt(1000);
        ByteBuffer content = buffer(random.nextInt(100_000));
        return switch (random.nextInt(11)) {
            case 0 -> channel -> channel.write(content.duplicate());
            case 1 -> channel -> channel.write(content.duplicate(), number);
            case 2 -> channel -> channel.write(new ByteBuffer[] {content.duplicate(), content.duplicate()});
            case 3 ->
                channel -> {
                    ByteBuffer into = ByteBuffer.allocate(number);
                    return channel.read(into) + " " + into.flip();
                };
            case 4 ->
                channel -> {
                    ByteBuffer into = ByteBuffer.allocateDirect(1 + at);
                    return channel.read(into, number - at) + " " + into.flip();
                };
            case 5 ->
                channel -> {
                    ByteBuffer[] into = {ByteBuffer.allocate(at), ByteBuffer.allocateDirect(at)};
                    return channel.read(into) + " " + into[0].flip() + " " + into[1].flip();
                };
            case 6 -> channel -> channel.position(number).position();
            case 7 -> channel -> channel.truncate(number).size();
            case 8 -> FileChannel::size;
            case 9 -> channel -> channel.position(-at - 1L);
            default -> channel -> channel.read(content.asReadOnlyBuffer());
        };
    }

    @Test
    void aFileDoesWhatOneOfTheJdkDoes() throws Exception {
        Drivers.need(driver, Drivers.Feature.STATX);
        FileChannel ours = ours();
        FileChannel jdk = ofTheJdk();
        for (int i = 0; i < 300; i++) {
            Step step = anyStep();
            assertThat(outcome(ours, step)).as("step %d", i).isEqualTo(outcome(jdk, step));
            assertThat(ours.position()).as("position after step %d", i).isEqualTo(jdk.position());
        }
        assertThat(Files.readAllBytes(folder.resolve("ours"))).isEqualTo(Files.readAllBytes(folder.resolve("jdk")));
    }

    @Test
    void aConnectionMovesBytesOfEveryKindOfByteBuffer() throws Exception {
        Pair pair = connected();
        ByteChannel from = Channels.of(pair.client());
        ByteChannel to = Channels.of(pair.server());
        try (Arena arena = Arena.ofConfined()) {
            for (ByteBuffer sent : new ByteBuffer[] {
                ByteBuffer.allocate(1000),
                ByteBuffer.allocateDirect(1000),
                ByteBuffer.allocateDirect(1000).asReadOnlyBuffer(),
                arena.allocate(1000).asByteBuffer()
            }) {
                for (ByteBuffer into : new ByteBuffer[] {
                    ByteBuffer.allocate(1000),
                    ByteBuffer.allocateDirect(1000),
                    arena.allocate(1000).asByteBuffer()
                }) {
                    assertThat(from.write(sent.rewind())).isEqualTo(1000);
                    while (into.hasRemaining()) {
                        assertThat(to.read(into)).isPositive();
                    }
                    assertThat(into.flip()).isEqualTo(sent.rewind());
                }
            }
        }
    }

    @Test
    void aWriteMovesAllHoweverMuchItIs() throws Exception {
        Pair pair = connected();
        byte[] content = bytes(3_000_000);
        CompletableFuture<Integer> written = CompletableFuture.supplyAsync(
                () -> {
                    try (ByteChannel out = Channels.of(pair.client())) {
                        return out.write(ByteBuffer.wrap(content));
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                command -> Thread.ofVirtual().start(command));
        ByteBuffer all = ByteBuffer.allocate(content.length);
        ByteChannel in = Channels.of(pair.server());
        while (in.read(all) >= 0 && all.hasRemaining()) {}
        assertThat(written.get()).isEqualTo(content.length);
        assertThat(all.array()).isEqualTo(content);
        assertThat(in.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void bytesGoFromAFileToAConnectionAndBack() throws Exception {
        Drivers.need(driver, Drivers.Feature.STATX);
        byte[] content = bytes(200_000);
        Files.write(folder.resolve("ours"), content);
        Pair pair = connected();
        CompletableFuture<Long> sent = new CompletableFuture<>();
        FileChannel file = ours();
        Thread.startVirtualThread(() -> {
            try (ByteChannel out = Channels.of(pair.client())) {
                sent.complete(file.transferTo(0, Long.MAX_VALUE, out));
            } catch (Throwable e) {
                sent.completeExceptionally(e);
            }
        });
        FileChannel copy = keep(Channels.of(open("copy")));
        assertThat(copy.transferFrom(Channels.of(pair.server()), 0, Long.MAX_VALUE))
                .isEqualTo(content.length);
        assertThat(sent.get()).isEqualTo(content.length);
        assertThat(Files.readAllBytes(folder.resolve("copy"))).isEqualTo(content);
    }

    @Test
    void aFileForCallbacksReadsWhatItWrote() throws Exception {
        Drivers.need(driver, Drivers.Feature.STATX);
        AsynchronousFileChannel channel = keep(Channels.asynchronous(open("ours")));
        assertThat(channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 5).get())
                .isEqualTo(3);
        ByteBuffer into = ByteBuffer.allocateDirect(10);
        CompletableFuture<String> told = new CompletableFuture<>();
        channel.read(into, 5, "attached", new CompletionHandler<>() {
            @Override
            public void completed(Integer count, String attachment) {
                told.complete(count + " " + attachment);
            }

            @Override
            public void failed(Throwable error, String attachment) {
                told.completeExceptionally(error);
            }
        });
        assertThat(told.get()).isEqualTo("3 attached");
        assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(channel.size()).isEqualTo(8);
        assertThat(channel.truncate(6).size()).isEqualTo(6);
        channel.force(true);
        assertThat(channel.read(ByteBuffer.allocate(1), 6).get()).isEqualTo(-1);
    }

    @Test
    void whatFailsForCallbacksIsToldToThem() throws Exception {
        AsynchronousFileChannel channel =
                Channels.asynchronous(loop.openFile(Files.write(folder.resolve("read-only"), new byte[1]))
                        .await());
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), 0).get())
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("EBADF");
        channel.close();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 0).get())
                .hasCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void whatAChannelCannotDoIsRefused() throws Exception {
        FileChannel file = ours();
        assertThatThrownBy(() -> file.map(FileChannel.MapMode.READ_ONLY, 0, 1))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(file::lock).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(file::tryLock).isInstanceOf(UnsupportedOperationException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> file.read(ByteBuffer.allocate(1), -1));
    }

    @Test
    void afterCloseEverythingFailsAndASecondCloseDoesNothing() throws Exception {
        FileChannel file = ours();
        ByteChannel connection = Channels.of(connected().client());
        file.close();
        connection.close();
        file.close();
        connection.close();
        assertThat(file.isOpen()).isFalse();
        assertThat(connection.isOpen()).isFalse();
        ByteBuffer one = ByteBuffer.allocate(1);
        assertThatIOException().isThrownBy(() -> file.read(one)).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(() -> file.write(one, 0)).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(file::position).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(() -> file.force(true)).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(() -> connection.read(one)).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(() -> connection.write(one)).isInstanceOf(ClosedChannelException.class);
    }
}
