package io.ferrule.benchmarks.startup;

import io.ferrule.Buffer;
import io.ferrule.File;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import java.nio.file.Path;

/** {@code LayerStart FILE DRIVER}: reads a block of a file through the safe layer. */
final class LayerStart {
    private LayerStart() {}

    public static void main(String[] arguments) throws Exception {
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(arguments[1]).entries(Start.ENTRIES))) {
            File file = loop.openFile(Path.of(arguments[0])).await();
            Start.done(file.read(Buffer.allocate(Start.BLOCK), 0).await());
        }
    }
}
