package io.ferrule.driver;

import io.ferrule.bindings.helper.Helper;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Signals that tell the calling thread which descriptor is ready: a real-time signal for each event, and SIGIO when the kernel could not queue one. Both are
 * blocked in that thread, so that no handler ever runs, and are read from a signalfd. Several drivers of one thread share a queue: whoever takes a signal may
 * take another's.
 *
 * <p>Which signal: the first from SIGRTMIN + 10 that nobody in the process handles. The C library takes those below SIGRTMIN for itself, the JDK
 * SIGRTMAX - 2 (to end blocking calls), the JVM none; debuggers like SIGRTMAX. Both signals are set to do nothing, for good: whoever gets one late, after the
 * queue is closed, must not die of it.
 */
final class SignalQueue {
    private static final int BATCH = 64;

    /** How many times as many are taken at once. */
    private static final int READS = 16;

    /** The kernel's signal set: a bit for each signal from 1 to 64. */
    private static final long MASK_SIZE = 8;

    /** After those that runtimes and system daemons give a meaning to, by custom. */
    private static final int FIRST_AFTER_MIN = 10;

    private static final int LAST_BEFORE_MAX = 4;

    // struct signalfd_siginfo
    private static final long SIZE = 128;
    private static final long SIGNAL = 0;
    private static final long DESCRIPTOR = 20;
    private static final long EVENTS = 28;

    static {
        Abi.require("sizeof signalfd_siginfo", SIZE);
        Abi.require("signalfd_siginfo.ssi_signo", SIGNAL);
        Abi.require("signalfd_siginfo.ssi_fd", DESCRIPTOR);
        Abi.require("signalfd_siginfo.ssi_band", EVENTS);
    }

    /** Who wants to know. All on the queue's thread. */
    interface Receiver {
        /** A descriptor of that number has sent a signal. Returns false when it is none of this receiver's. */
        boolean told(int fd, int events);

        /** Signals have been lost: every descriptor has to be asked. */
        void lost() throws IOException;
    }

    private static final ThreadLocal<SignalQueue> OF_THREAD = new ThreadLocal<>();

    private final Arena arena = Arena.ofConfined();
    private final List<Receiver> receivers = new ArrayList<>();
    private final MemorySegment infos = arena.allocate(BATCH * SIZE, Long.BYTES);
    private final MemorySegment mask = arena.allocate(2 * MASK_SIZE, Long.BYTES);
    private final int signal;
    private final Fd fd;

    private SignalQueue(int signal) throws IOException {
        this.signal = signal;
        long ours = bit(signal) | bit(LibC.SIGIO());
        mask.set(ValueLayout.JAVA_LONG, 0, ours);
        check(changeMask(LibC.SIG_BLOCK()), "rt_sigprocmask");
        // Those that were blocked before will stay so.
        long before = mask.get(ValueLayout.JAVA_LONG, MASK_SIZE);
        int flags = LibC.SFD_CLOEXEC() | LibC.SFD_NONBLOCK();
        int result = SystemCall.invoke(SystemCall.SIGNALFD4, -1, mask.address(), MASK_SIZE, flags, 0, 0);
        mask.set(ValueLayout.JAVA_LONG, 0, ours & ~before);
        if (result < 0) {
            changeMask(LibC.SIG_UNBLOCK());
        }
        fd = Fd.own(check(result, "signalfd"));
    }

    /** The calling thread's, which is opened for the first and closed after the last to {@link #leave}. */
    static SignalQueue join(Receiver receiver) throws IOException {
        SignalQueue queue = OF_THREAD.get();
        if (queue == null) {
            Helper.ferrule_signal_swallow(LibC.SIGIO()); // unless somebody handles it, which does as well
            queue = new SignalQueue(freeSignal());
            OF_THREAD.set(queue);
        }
        queue.receivers.add(receiver);
        return queue;
    }

    /** The same thread. */
    void leave(Receiver receiver) {
        if (receivers.remove(receiver) && receivers.isEmpty()) {
            OF_THREAD.remove();
            close();
        }
    }

    private static int freeSignal() throws IOException {
        int last = LibC.__libc_current_sigrtmax() - LAST_BEFORE_MAX;
        for (int each = LibC.__libc_current_sigrtmin() + FIRST_AFTER_MIN; each <= last; each++) {
            if (Helper.ferrule_signal_swallow(each) == 0) {
                return each;
            }
        }
        throw new ErrnoException(
                -Errno.EBUSY.number(),
                "rt_sigaction",
                null,
                "Every real-time signal is handled by somebody in this process; the epoll driver needs none");
    }

    /** The real-time signal that descriptors are to send. */
    int signal() {
        return signal;
    }

    /** Readable while there are signals. */
    int fd() {
        return fd.number();
    }

    /** Takes signals, and tells whom they are for; what is left after many is there at the next call. Returns how many were for nobody. */
    int take() throws IOException {
        boolean lost = false;
        int stale = 0;
        int read;
        int reads = 0;
        do {
            read = read();
            for (int i = 0; i < read; i++) {
                if (infos.get(ValueLayout.JAVA_INT, i * SIZE + SIGNAL) != signal) {
                    lost = true;
                } else if (!tell(i)) {
                    stale++;
                }
            }
            reads++;
        } while (read == BATCH && reads < READS);
        if (lost) {
            for (int i = 0; i < receivers.size(); i++) {
                receivers.get(i).lost();
            }
        }
        return stale;
    }

    private boolean tell(int index) {
        int descriptor = infos.get(ValueLayout.JAVA_INT, index * SIZE + DESCRIPTOR);
        int events = infos.get(ValueLayout.JAVA_INT, index * SIZE + EVENTS);
        for (int i = 0; i < receivers.size(); i++) {
            if (receivers.get(i).told(descriptor, events)) {
                return true;
            }
        }
        return false;
    }

    /** Fills the array. Returns how many. */
    private int read() {
        int bytes = SystemCall.invoke(SystemCall.READ, fd.number(), infos.address(), infos.byteSize());
        return bytes <= 0 ? 0 : (int) (bytes / SIZE);
    }

    /** Throws away what is pending, and has the thread's signal mask as it was. */
    private void close() {
        while (read() > 0) {
            // what is left must not be delivered
        }
        Helper.ferrule_signal_swallow(LibC.SIGIO()); // who handled it may have gone
        changeMask(LibC.SIG_UNBLOCK());
        try {
            fd.close();
        } catch (IOException e) {
            // Nothing is lost with it.
        }
        arena.close();
    }

    private int changeMask(int how) {
        return SystemCall.invoke(
                SystemCall.RT_SIGPROCMASK, how, mask.address(), mask.address() + MASK_SIZE, MASK_SIZE, 0, 0);
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
    }

    private static int check(int result, String call) throws IOException {
        if (result < 0) {
            throw new ErrnoException(
                    result,
                    call,
                    null,
                    result == -Errno.EMFILE.number()
                            ? "Close descriptors, or raise the limit (ulimit -n, LimitNOFILE=)"
                            : null);
        }
        return result;
    }
}
