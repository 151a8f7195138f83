package io.ferrule;

import io.ferrule.bindings.libc.LibC;
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

    private final Path path;
    private final boolean direct;
    private @Nullable MemorySegment status;

    /** Open, and no File yet. */
    private int number = NONE;

    OpenTask(Loop loop, Path path, int flags, int mode) {
        super(loop, OperationKind.OPEN, null, path.toString());
        this.path = path;
        this.direct = (flags & Abi.valueOrZero("O_DIRECT")) != 0;
        MemorySegment name = PathName.of(path);
        keeps(name);
        step.fd = LibC.AT_FDCWD();
        step.address = name.address();
        step.flags = flags;
        step.length = mode;
    }

    @Override
    void completed(Step of, int result, int flags) {
        if (direct && result >= 0 && of.kind == OperationKind.OPEN) {
            number = result;
            if (!isCancelled() && loop.driver().can(OperationKind.STATX)) {
                MemorySegment memory = FileStatus.memory();
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
