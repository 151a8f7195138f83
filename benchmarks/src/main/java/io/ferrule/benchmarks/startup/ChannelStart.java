package io.ferrule.benchmarks.startup;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** {@code ChannelStart FILE}: reads a block of a file through a FileChannel of the JDK. */
final class ChannelStart {
    private ChannelStart() {}

    public static void main(String[] arguments) throws Exception {
        try (FileChannel file = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.READ)) {
            Start.done(file.read(ByteBuffer.allocateDirect(Start.BLOCK), 0));
        }
    }
}
