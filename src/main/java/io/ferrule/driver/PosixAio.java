package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.aiocb;
import io.ferrule.bindings.libc.sigevent;
import io.ferrule.sys.Abi;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

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

    private final MethodHandle read;
    private final MethodHandle write;
    private final MethodHandle fsync;
    private final MethodHandle error;
    private final MethodHandle result;
    private final MethodHandle suspend;
    private final MethodHandle cancel;

    private PosixAio(SymbolLookup library) {
        read = withErrno(library, "aio_read", FunctionDescriptor.of(INT, LONG));
        write = withErrno(library, "aio_write", FunctionDescriptor.of(INT, LONG));
        fsync = withErrno(library, "aio_fsync", FunctionDescriptor.of(INT, INT, LONG));
        suspend = withErrno(library, "aio_suspend", FunctionDescriptor.of(INT, LONG, INT, LONG));
        cancel = withErrno(library, "aio_cancel", FunctionDescriptor.of(INT, INT, LONG));
        error = handle(library, "aio_error", FunctionDescriptor.of(INT, LONG));
        result = handle(library, "aio_return", FunctionDescriptor.of(LONG, LONG));
    }

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
        return new PosixAio(withRealtime(library));
    }

    /** Before glibc 2.34 these functions were in a library of their own. */
    private static SymbolLookup withRealtime(SymbolLookup library) {
        return library.find("aio_read").isPresent()
                ? library
                : SymbolLookup.libraryLookup("librt.so.1", Arena.global());
    }

    private static MethodHandle withErrno(SymbolLookup library, String name, FunctionDescriptor descriptor) {
        return handle(library, name, descriptor, Linker.Option.captureCallState("errno"));
    }

    /** Addresses are longs here, which are passed alike and cost no object. */
    private static MethodHandle handle(
            SymbolLookup library, String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Optional<MemorySegment> address = library.find(name);
        if (address.isEmpty()) {
            throw new UnsupportedOperationException(
                    "the C library has no " + name + ", which the posix-aio driver is made of: take another driver");
        }
        return Linker.nativeLinker().downcallHandle(address.get(), descriptor, options);
    }

    // ---- requests ----

    /**
     * Fills a request. What the C library keeps in it is cleared.
     *
     * @param requests where it is, at an offset in bytes
     */
    static void fill(MemorySegment requests, long at, int fd, long buffer, long length, long offset) {
        requests.asSlice(at, SIZE).fill((byte) 0);
        requests.set(INT, at + FD, fd);
        requests.set(LONG, at + BUFFER, buffer);
        requests.set(LONG, at + LENGTH, length);
        requests.set(LONG, at + OFFSET, offset);
        requests.set(INT, at + NOTIFY, SIGEV_NONE);
    }

    int read(long request) {
        try {
            return checked((int) read.invokeExact(errno, request));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int write(long request) {
        try {
            return checked((int) write.invokeExact(errno, request));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int sync(long request, boolean onlyData) {
        try {
            return checked((int) fsync.invokeExact(errno, onlyData ? LibC.O_DSYNC() : LibC.O_SYNC(), request));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Asks for the end of a request. Whatever becomes of it, it completes. */
    void cancel(int fd, long request) {
        try {
            int ignored = (int) cancel.invokeExact(errno, fd, request);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Whether a request is over: 0, EINPROGRESS while it is not, or a positive errno. */
    int error(long request) {
        try {
            return (int) error.invokeExact(request);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** To be called once for a request that is over; then the C library has forgotten it. What the call returned. */
    long result(long request) {
        try {
            return (long) result.invokeExact(request);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Waits until one of some requests is over.
     *
     * @param list of their addresses
     * @param timeoutNanos how long at most; negative to wait for ever
     * @return 0; -EAGAIN when the time was up; -EINTR when a signal has interrupted it
     */
    int suspend(MemorySegment list, int count, long timeoutNanos) {
        long limit = 0;
        if (timeoutNanos >= 0) {
            time.set(LONG, 0, timeoutNanos / NANOS);
            time.set(LONG, Long.BYTES, timeoutNanos % NANOS);
            limit = time.address();
        }
        try {
            return checked((int) suspend.invokeExact(errno, list.address(), count, limit));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private int checked(int answer) {
        return answer < 0 ? -errno.get(INT, errnoOffset) : answer;
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
