package io.ferrule.driver;

import io.ferrule.epoll.Epoll;
import io.ferrule.sys.Errno;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Memory-mapped files: reading and writing are copies between the caller's memory and a mapping of the file, and the kernel moves pages when they are
 * touched. Files only: {@link #can} says no to sockets, pipes, polling and splicing.
 *
 * <p>A page that is not in memory makes who touches it wait, and nothing tells beforehand; so helper threads copy. Only a small read of pages that
 * {@code mincore} reports as resident is done at once, on the loop's thread.
 *
 * <p>What cannot be mapped is done by the system call, and counted in {@link DriverCounters#fallbacks}: files in {@code /proc}, devices, directories,
 * what is open for writing only, with {@code O_APPEND} or {@code O_SYNC}; so is what has to do with names. {@code O_DIRECT} is refused with
 * EOPNOTSUPP, since mappings are of the page cache.
 *
 * <p>A file that somebody cuts off while it is copied makes the read or write fail with EFAULT; nothing else does. If the file is as long as it
 * should be and a page is missing all the same, the system call is asked, and says what the device has to say: EIO, ENOSPC.
 *
 * <p>Mirrors {@code mmap(2)}, {@code msync(2)} and {@code mincore(2)}.
 */
public final class MmapDriver extends ReadinessDriver {
    /** What it does not do. */
    static final Set<OperationKind> LACKING = EnumSet.range(OperationKind.SOCKET, OperationKind.TEE);

    private final MappedFiles files;

    /** Watches nothing: it waits for a wake-up. */
    private final Epoll wait;

    private final MappedCalls resident;

    private MmapDriver(Epoll wait, MappedFiles files, int helperLimit) {
        super(helperLimit, () -> new MappedCalls(files));
        this.wait = wait;
        this.files = files;
        this.resident = new MappedCalls(files);
    }

    /** For the calling thread, a platform thread; with up to four helper threads. */
    public static MmapDriver open() throws IOException {
        NativeLibrary.load();
        return new MmapDriver(Epoll.open(), new MappedFiles(), HelperThreads.DEFAULT_LIMIT);
    }

    @Override
    public String name() {
        return "mmap";
    }

    @Override
    public boolean can(OperationKind kind) {
        return !LACKING.contains(kind);
    }

    @Override
    int begins(Operation op) {
        return resident.readResident(op);
    }

    @Override
    boolean isFallback(Operation op) {
        return switch (op.kind) {
            case READ, READV, WRITE, WRITEV, FSYNC, FDATASYNC -> false; // by the system call or not: that is counted
            default -> true;
        };
    }

    @Override
    public void wakeUp() {
        wait.wakeUp();
    }

    @Override
    public int descriptor() {
        embedded = true;
        return wait.descriptor().number();
    }

    @Override
    int watch(Watch watch, int events) {
        return -Errno.EOPNOTSUPP.number();
    }

    @Override
    void unwatch(Watch watch) {
        // none is watched
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        wait.await(timeoutNanos);
        counters.fallbacks += files.takePlain();
    }

    @Override
    void closeModel() {
        resident.close();
        files.close();
        try {
            wait.close();
        } catch (IOException e) {
            // Nothing is written to it, so nothing is lost.
        }
    }
}
