package io.ferrule;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * Does something when the thread that waits is interrupted, on the thread that interrupts it. A thread in a system call of ours hears nothing of that by
 * itself, and this is the JDK's only public way to be told: no selector is ever selected from here.
 */
final class InterruptWatch extends AbstractSelector {
    private final Runnable whenInterrupted;

    InterruptWatch(Runnable whenInterrupted) {
        super(SelectorProvider.provider());
        this.whenInterrupted = whenInterrupted;
    }

    /** Watches the calling thread until {@link #stop}. When it is interrupted already, that counts. */
    void start() {
        begin();
    }

    void stop() {
        end();
    }

    @Override
    public Selector wakeup() {
        whenInterrupted.run();
        return this;
    }

    @Override
    protected void implCloseSelector() {}

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> keys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int selectNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException();
    }
}
