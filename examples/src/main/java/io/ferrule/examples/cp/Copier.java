package io.ferrule.examples.cp;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.NativeLibrary;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.RingOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Copies one file through a ring. The copy is written under a temporary name beside its final one, brought to the device, compared if asked, given
 * the source's permission bits, and only then renamed: the final name never stands for half a copy. Whatever goes wrong, nothing of the copy is
 * left, and the ring is at rest before its buffers are freed.
 *
 * <p>One thread copies; any thread may cancel.
 */
public final class Copier {
    private final Path source;
    private final Path destination;
    private final CopyOptions options;
    private final Progress progress;

    private volatile boolean cancelled;
    private volatile @Nullable Draft draft;

    /**
     * A copy to be made.
     *
     * @param source a regular file, or a symbolic link to one
     * @param destination a file's path, or a directory to copy into
     */
    public Copier(Path source, Path destination, CopyOptions options, Progress progress) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.progress = progress;
    }

    /**
     * What came of a copy.
     *
     * @param target the file that was made
     * @param size its size in bytes, holes included
     * @param moved bytes that were read and written
     * @param digests null if none were asked for
     */
    public record Outcome(
            Path target, long size, long moved, @Nullable Digests digests) {}

    /**
     * SHA-256 in hexadecimal. They agree: where they did not, there was no copy.
     *
     * @param source of the source as it was read
     * @param copy of the copy as it was read back
     */
    public record Digests(String source, String copy) {}

    /**
     * Copies.
     *
     * @throws UnsatisfiedLinkError when the helper library cannot be loaded
     * @throws IllegalCallerException when this JVM forbids native access
     * @throws CopyCancelledException after {@link #cancel}
     * @throws IOException when the source or the destination is refused, or the kernel refuses an operation; nothing is left of the copy
     */
    public Outcome copy() throws IOException {
        NativeLibrary.load(); // first of all, for what it says where it cannot
        Path target = Destination.resolve(source, destination, options.replace());
        try (DualFile from = DualFile.open(source, source.toString(), LibC.O_RDONLY(), 0, 0, options.direct())) {
            PosixFileAttributes status = from.status();
            long size = status.size();
            refuseUnsized(from, size);
            try (Draft made = Draft.of(target, options.direct())) {
                draft = made;
                made.setSize(size);
                Outcome outcome = throughRing(from, made.file(), target, size);
                if (cancelled) {
                    throw new CopyCancelledException();
                }
                made.commit(status.permissions(), options.replace());
                return outcome;
            }
        }
    }

    /** Makes {@link #copy} stop soon and clean up. Does nothing once it has ended. */
    public void cancel() {
        cancelled = true;
    }

    /** Deletes the temporary file under the copying thread's hands: for who cannot wait for it to stop. */
    public void abandon() throws IOException {
        Draft made = draft;
        if (made != null) {
            made.delete();
        }
    }

    private Outcome throughRing(DualFile from, DualFile to, Path target, long size) throws IOException {
        Arena arena = Arena.ofConfined();
        IoUring ring = openRing(arena);
        // A ring that cannot be brought to rest refuses to close, and its buffers must outlive it: hence no
        // try-with-resources.
        Outcome outcome;
        try {
            outcome = pump(ring, arena, from, to, target, size);
        } finally {
            ring.close();
            arena.close();
        }
        return outcome;
    }

    private IoUring openRing(Arena arena) throws IOException {
        try {
            return IoUring.open(options.depth(), RingOptions.defaults().minEntries(1));
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private Outcome pump(IoUring ring, Arena arena, DualFile from, DualFile to, Path target, long size)
            throws IOException {
        int blockSize = options.blockSize();
        int depth = Math.min(options.depth(), ring.cq().entries());
        MemorySegment buffers = arena.allocate((long) blockSize * depth, DualFile.ALIGNMENT);
        BlockPump blocks = new BlockPump(ring, buffers, blockSize, depth, () -> cancelled);

        progress.started(Progress.Stage.COPYING, size);
        StreamDigest read = options.checksum() ? new StreamDigest() : null;
        Extents data = new Extents(from.plain(), size, blockSize, options.keepHoles());
        long moved = blocks.run(data, from, to, read, progress);
        blocks.sync(to);
        progress.reached(size);
        if (read == null) {
            return new Outcome(target, size, moved, null);
        }

        blocks.dropCache(to);
        progress.started(Progress.Stage.READING_BACK, size);
        StreamDigest readBack = new StreamDigest();
        blocks.run(new Extents(to.plain(), size, blockSize, false), to, null, readBack, progress);
        return new Outcome(target, size, moved, agreed(new Digests(read.finish(size), readBack.finish(size))));
    }

    private Digests agreed(Digests digests) throws IOException {
        if (!digests.source().equals(digests.copy())) {
            throw new IOException("the copy, read back, differs from " + source + " as it was read: SHA-256 "
                    + digests.copy() + " and " + digests.source() + "; the copy was deleted");
        }
        return digests;
    }

    /** Files of /proc say they are empty, and are not: what would be an empty copy is refused. */
    private static void refuseUnsized(DualFile from, long size) throws IOException {
        if (size == 0) {
            try (Arena arena = Arena.ofConfined()) {
                if (from.plain().read(arena.allocate(1)) > 0) {
                    throw new FileSystemException(
                            from.toString(), null, "says that it is empty and is not, as files in /proc do: use cat");
                }
            }
        }
    }
}
