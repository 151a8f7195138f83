package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

/** Makes a pipe, and of that what is wanted. */
final class PipeTask<T> extends Task<T> {
    private final Function<PipeEnds, T> wanted;
    private final MemorySegment numbers = Arena.ofAuto().allocate(ValueLayout.JAVA_INT, 2);

    PipeTask(Loop loop, Function<PipeEnds, T> wanted) {
        super(loop, OperationKind.PIPE, null, "a new pipe");
        this.wanted = wanted;
        step.address = numbers.address();
    }

    @Override
    T value(int result) {
        return wanted.apply(new PipeEnds(
                new PipeReader(loop, numbers.getAtIndex(ValueLayout.JAVA_INT, 0)),
                new PipeWriter(loop, numbers.getAtIndex(ValueLayout.JAVA_INT, 1))));
    }
}
