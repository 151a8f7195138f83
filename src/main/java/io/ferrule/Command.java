package io.ferrule;

/** Something that another thread wants done on the loop's thread, while nobody waits for it. */
final class Command extends Entry {
    private final Loop loop;
    private final Runnable command;

    Command(Loop loop, Runnable command) {
        this.loop = loop;
        this.command = command;
    }

    @Override
    void arrived() {
        loop.run(command);
    }

    @Override
    void refused() {
        // the loop has closed
    }

    @Override
    void expired() {
        throw new IllegalStateException("a command has no deadline");
    }
}
