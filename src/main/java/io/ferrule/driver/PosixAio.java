package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.aiocb;
import io.ferrule.bindings.libc.sigevent;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's functions for POSIX AIO, {@code aio(7)}, found at run time: ours needs no C library. Each answers as system calls do, with a negative
 * errno on failure. Belongs to one thread.
 */
final class PosixAio implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** Of a {@code struct aiocb}, in bytes. */
    static final long SIZE = aiocb.layout().byteSize();

    private static final long FD = aiocb.aio_fildes$offset();
    private static final long BUFFER = aiocb.aio_buf$offset();
    private static final long LENGTH = aiocb.aio_nbytes$offset();
    private static final long OFFSET = aiocb.aio_offset$offset();
    private static final long EVENT = aiocb.aio_sigevent$offset();
    private static final long NOTIFY = EVENT + sigevent.sigev_notify$offset();

    private static final int SIGEV_NONE = 1;
    private static final long NANOS = 1_000_000_000;

    /** Why a read or write cannot be begun: the C library has no memory for it, or no thread. Asking errno would cost an object at times. */
    private static final int EAGAIN = -Errno.EAGAIN.number();

    static {
        Abi.require("sizeof aiocb", SIZE);
        Abi.require("aiocb.aio_fildes", FD);
        Abi.require("aiocb.aio_buf", BUFFER);
        Abi.require("aiocb.aio_nbytes", LENGTH);
        Abi.require("aiocb.aio_offset", OFFSET);
        Abi.require("aiocb.aio_sigevent", EVENT);
    }

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment errno =
            arena.allocate(Linker.Option.captureStateLayout().byteSize(), Long.BYTES);
    private final long errnoOffset =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private final MemorySegment time = arena.allocate(2L * Long.BYTES, Long.BYTES);

    private PosixAio() {}

    /**
     * Of the C library that the JVM runs on.
     *
     * @throws UnsupportedOperationException when that is not glibc
     */
    static PosixAio open() {
        return open(Linker.nativeLinker().defaultLookup());
    }

    static PosixAio open(SymbolLookup library) {
        if (library.find("gnu_get_libc_version").isEmpty()) {
            throw new UnsupportedOperationException(
                    "the posix-aio driver knows how glibc lays out its requests, and this"
                            + " process runs on another C library (musl?): take another driver, such as linux-aio");
        }
        return new PosixAio();
    }

    /** The functions, found when they are first used. Constants, or calling them would cost objects: the JIT can only look into a handle that it knows. */
    private static final class Functions {
        private static final SymbolLookup LIBRARY =
                withRealtime(Linker.nativeLinker().defaultLookup());

        static final MethodHandle READ = handle("aio_read", FunctionDescriptor.of(INT, LONG));
        static final MethodHandle WRITE = handle("aio_write", FunctionDescriptor.of(INT, LONG));
        static final MethodHandle FSYNC =
                handle("aio_fsync", FunctionDescriptor.of(INT, INT, LONG), Linker.Option.captureCallState("errno"));
        static final MethodHandle SUSPEND = handle("aio_suspend", FunctionDescriptor.of(INT, LONG, INT, LONG));
        static final MethodHandle CANCEL = handle("aio_cancel", FunctionDescriptor.of(INT, INT, LONG));
        static final MethodHandle ERROR = handle("aio_error", FunctionDescriptor.of(INT, LONG));
        static final MethodHandle RESULT = handle("aio_return", FunctionDescriptor.of(LONG, LONG));

        /** Before glibc 2.34 these functions were in a library of their own. */
        private static SymbolLookup withRealtime(SymbolLookup library) {
            return library.find("aio_read").isPresent()
                    ? library
                    : SymbolLookup.libraryLookup("librt.so.1", Arena.global());
        }

        /** Addresses are longs here, which are passed alike and cost no object. */
        private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
            MemorySegment address = LIBRARY.find(name)
                    .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name
                            + ", which the posix-aio driver is made of: take another driver"));
            return Linker.nativeLinker().downcallHandle(address, descriptor, options);
        }
    }

    // ---- requests ----

    /**
     * Fills a request. What the C library keeps in it is cleared.
     *
     * @param requests where it is, at an offset in bytes
     */
    static void fill(MemorySegment requests, long at, int fd, long buffer, long length, long offset) {
        for (long i = 0; i < SIZE; i += Long.BYTES) {
            requests.set(LONG, at + i, 0); // a slice of it may cost an object
        }
        requests.set(INT, at + FD, fd);
        requests.set(LONG, at + BUFFER, buffer);
        requests.set(LONG, at + LENGTH, length);
        requests.set(LONG, at + OFFSET, offset);
        requests.set(INT, at + NOTIFY, SIGEV_NONE);
    }

    int read(long request) {
        try {
            return (int) Functions.READ.invokeExact(request) < 0 ? EAGAIN : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int write(long request) {
        try {
            return (int) Functions.WRITE.invokeExact(request) < 0 ? EAGAIN : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int sync(long request, boolean onlyData) {
        try {
            int answer = (int) Functions.FSYNC.invokeExact(errno, onlyData ? LibC.O_DSYNC() : LibC.O_SYNC(), request);
            return answer < 0 ? -errno.get(INT, errnoOffset) : 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Asks for the end of a request. Whatever becomes of it, it completes. */
    void cancel(int fd, long request) {
        try {
            int ignored = (int) Functions.CANCEL.invokeExact(fd, request);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Whether a request is over: 0, EINPROGRESS while it is not, or a positive errno. */
    int error(long request) {
        try {
            return (int) Functions.ERROR.invokeExact(request);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** To be called once for a request that is over; then the C library has forgotten it. What the call returned. */
    long result(long request) {
        try {
            return (long) Functions.RESULT.invokeExact(request);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Waits until one of some requests is over, the time is up, or a signal interrupts it; it does not fail otherwise.
     *
     * @param list of their addresses
     * @param timeoutNanos how long at most; negative to wait for ever
     */
    void suspend(MemorySegment list, int count, long timeoutNanos) {
        long limit = 0;
        if (timeoutNanos >= 0) {
            time.set(LONG, 0, timeoutNanos / NANOS);
            time.set(LONG, Long.BYTES, timeoutNanos % NANOS);
            limit = time.address();
        }
        try {
            int ignored = (int) Functions.SUSPEND.invokeExact(list.address(), count, limit);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (e instanceof Error serious) {
            throw serious;
        }
        return new IllegalStateException(e);
    }

    @Override
    public void close() {
        arena.close();
    }
}
