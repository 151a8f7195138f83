package io.ferrule.examples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A directory for files that nobody wants afterwards. It goes when it is closed, or when the JVM ends before that, as Ctrl-C has it. */
final class Scratch implements AutoCloseable {
    private final Path directory;
    private final Thread hook;

    private Scratch(Path directory) {
        this.directory = directory;
        this.hook = new Thread(this::deleteOrComplain, "clean-up");
    }

    /** Makes one in another, which is made if it does not exist. */
    static Scratch in(Path parent) throws IOException {
        Files.createDirectories(parent);
        Scratch made = new Scratch(Files.createTempDirectory(parent.toAbsolutePath(), "scratch-"));
        Runtime.getRuntime().addShutdownHook(made.hook);
        return made;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the JVM is ending: the hook does it
        }
        delete();
    }

    private void deleteOrComplain() {
        try {
            delete();
        } catch (IOException e) {
            System.err.println(directory + " is left over: " + e);
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
