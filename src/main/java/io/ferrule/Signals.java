package io.ferrule;

import io.ferrule.bindings.helper.Helper;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.EventFd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signals that are delivered to a loop as events. A handler in C, on whatever thread the kernel picks, counts the signal and adds to an eventfd,
 * which the loop reads: so no Java code ever runs in a signal handler.
 *
 * <p>Closing it has each signal do again what it did before.
 */
public final class Signals extends Handle {
    private final SignalCallback callback;
    private final Set<Signal> signals;

    private Signals(Loop loop, int number, SignalCallback callback, Set<Signal> signals) {
        super(loop, number);
        this.callback = callback;
        this.signals = signals;
    }

    static Signals open(Loop loop, SignalCallback callback, Set<Signal> wanted) throws IOException {
        loop.checkCan(OperationKind.POLL); // before anything is taken
        for (Signal signal : wanted) {
            if (signal.refusal() != null) {
                throw new IllegalArgumentException("SIG" + signal + " cannot be taken: " + signal.refusal());
            }
        }
        // Never blocks: a handler writes to it.
        int number = EventFd.open(LibC.EFD_NONBLOCK()).fd().release();
        Set<Signal> claimed = EnumSet.noneOf(Signal.class);
        try {
            for (Signal signal : wanted) {
                claim(signal, number);
                claimed.add(signal);
            }
        } catch (IOException | RuntimeException e) {
            release(claimed);
            loop.perform(OperationKind.CLOSE, number, 0);
            throw e;
        }
        Signals opened = new Signals(loop, number, callback, claimed);
        new Watch(opened).begin();
        return opened;
    }

    private static void claim(Signal signal, int number) throws IOException {
        int result = Helper.ferrule_signal_claim(signal.number(), number);
        if (result == -Errno.EBUSY.number()) {
            throw new IllegalStateException(
                    "SIG" + signal + " is delivered to another Signals of this process: close that first");
        }
        if (result < 0) {
            throw new ErrnoException(result, "rt_sigaction", "SIG" + signal, null);
        }
    }

    private static void release(Set<Signal> claimed) {
        for (Signal signal : claimed) {
            Helper.ferrule_signal_release(signal.number());
        }
    }

    /** The signals it delivers. */
    public Set<Signal> signals() {
        return EnumSet.copyOf(signals);
    }

    @Override
    void closing() {
        release(signals);
    }

    @Override
    public String toString() {
        return "signals " + signals;
    }

    private void deliver() {
        for (Signal signal : signals) {
            int times = isOpen() ? Helper.ferrule_signal_take(signal.number()) : 0;
            if (times != 0) {
                loop.run(() -> callback.received(signal, times));
            }
        }
    }

    /** Reads the eventfd again and again. */
    private static final class Watch extends Task<@Nullable Void> {
        private final Signals signals;
        private final MemorySegment value = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);

        Watch(Signals signals) {
            super(signals.loop, OperationKind.READ, signals, null);
            this.signals = signals;
            step.address = value.address();
            step.length = Long.BYTES;
            step.offset = File.HERE;
        }

        @Override
        void completed(Step of, int result, int flags) {
            if (result < 0) {
                finish(); // it is being closed
                return;
            }
            signals.deliver();
            if (isCancelled()) {
                finish();
            } else {
                loop.submit(step);
            }
        }
    }
}
