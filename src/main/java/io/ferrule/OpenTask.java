package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.open_how;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Abi;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens a file, and for direct I/O asks it for its alignment. */
final class OpenTask extends Task<File> {
    private static final int NONE = -1;

    /** What every device takes, for want of a better answer. */
    private static final int PAGE = 4096;

    /** Flags of which each makes a file that needs a mode: {@code O_TMPFILE} without the bit of {@code O_DIRECTORY} in it. */
    private static final int CREATES =
            LibC.O_CREAT() | (Abi.valueOrZero("O_TMPFILE") & ~Abi.valueOrZero("O_DIRECTORY"));

    private final Path path;
    private final boolean direct;
    private @Nullable MemorySegment status;

    /** Open, and no File yet. */
    private int number = NONE;

    OpenTask(Loop loop, Path path, int flags, int mode) {
        super(loop, OperationKind.OPEN, null, path.toString());
        this.path = path;
        this.direct = isDirect(flags);
        MemorySegment name = PathName.of(path, loop.taskMemory());
        keeps(name);
        step.fd = LibC.AT_FDCWD();
        step.address = name.address();
        step.flags = flags;
        step.length = mode;
    }

    /** Of a file beneath a directory: the path never leads out of that. */
    OpenTask(File directory, Path relative, int flags, int mode) {
        super(directory.loop, OperationKind.OPEN_BENEATH, directory, relative + " beneath " + directory);
        this.path = directory.path().resolve(relative);
        this.direct = isDirect(flags);
        byte[] name = PathName.bytes(relative);
        MemorySegment both = loop.taskMemory().take(open_how.sizeof() + name.length);
        open_how.flags(both, flags | LibC.O_CLOEXEC());
        open_how.mode(both, (flags & CREATES) == 0 ? 0 : mode); // elsewhere the kernel refuses one
        open_how.resolve(both, LibUring.RESOLVE_BENEATH() | LibUring.RESOLVE_NO_MAGICLINKS());
        PathName.put(name, both, open_how.sizeof());
        keeps(both);
        step.address = both.address() + open_how.sizeof();
        step.address2 = both.address();
        step.length = open_how.sizeof();
    }

    private static boolean isDirect(int flags) {
        return (flags & Abi.valueOrZero("O_DIRECT")) != 0;
    }

    @Override
    void completed(Step of, int result, int flags) {
        if (direct && result >= 0 && of.kind != OperationKind.STATX) {
            number = result;
            if (!isCancelled() && loop.driver().can(OperationKind.STATX)) {
                MemorySegment memory = FileStatus.memory(loop);
                status = memory;
                step.kind = OperationKind.STATX;
                step.fd = number;
                step.regular = true;
                File.askStatus(this, memory);
                loop.submit(step);
                return;
            }
        }
        super.completed(of, result, flags);
    }

    @Override
    File value(int result) {
        if (!direct) {
            return new File(loop, result, path);
        }
        int opened = number;
        number = NONE;
        MemorySegment memory = status;
        if (memory == null) {
            return new File(loop, opened, path, null, PAGE);
        }
        FileStatus told = FileStatus.of(memory);
        DirectAlignment alignment = told.direct();
        return alignment == null || !alignment.isSupported()
                ? new File(loop, opened, path, null, told.blockSize())
                : new File(loop, opened, path, alignment, Math.max(alignment.memory(), alignment.offset()));
    }

    @Override
    void failed() {
        if (number != NONE) {
            loop.perform(OperationKind.CLOSE, number, 0);
            number = NONE;
        }
    }
}
