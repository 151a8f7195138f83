package io.ferrule.driver;

import io.ferrule.sys.Fd;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** An operation that keeps its completions, with a name for each kind that tests use often. */
class TestOperation extends Operation {
    /** A completion. */
    record Completion(int result, int flags) {
        boolean hasMore() {
            return (flags & MORE) != 0;
        }

        boolean hasBuffer() {
            return (flags & BUFFER) != 0;
        }

        int buffer() {
            return bufferId(flags);
        }
    }

    private final List<Completion> completions = new ArrayList<>();

    /** Called with each completion, after it has been kept. */
    Runnable andThen = () -> {};

    TestOperation(OperationKind kind) {
        this.kind = kind;
        this.offset = -1;
    }

    static TestOperation of(OperationKind kind, Fd fd) {
        TestOperation operation = new TestOperation(kind);
        operation.fd = fd.number();
        return operation;
    }

    static TestOperation of(OperationKind kind, Fd fd, MemorySegment memory) {
        TestOperation operation = of(kind, fd);
        operation.address = memory.address();
        operation.length = memory.byteSize();
        return operation;
    }

    static TestOperation read(Fd fd, MemorySegment memory) {
        return of(OperationKind.READ, fd, memory);
    }

    static TestOperation write(Fd fd, MemorySegment memory) {
        return of(OperationKind.WRITE, fd, memory);
    }

    static TestOperation receive(Fd fd, MemorySegment memory) {
        return of(OperationKind.RECEIVE, fd, memory);
    }

    static TestOperation send(Fd fd, MemorySegment memory) {
        return of(OperationKind.SEND, fd, memory);
    }

    static TestOperation poll(Fd fd, int events) {
        return of(OperationKind.POLL, fd).flags(events);
    }

    /** In a regular file, from an offset. */
    TestOperation inFile(long from) {
        regular = true;
        offset = from;
        return this;
    }

    TestOperation flags(int set) {
        flags = set;
        return this;
    }

    TestOperation length(long set) {
        length = set;
        return this;
    }

    TestOperation second(Fd fd) {
        fd2 = fd.number();
        return this;
    }

    TestOperation second(MemorySegment memory) {
        address2 = memory.address();
        return this;
    }

    TestOperation into(BufferGroup buffers) {
        group = buffers;
        return this;
    }

    TestOperation multishot() {
        multishot = true;
        return this;
    }

    TestOperation andThen(Runnable action) {
        andThen = action;
        return this;
    }

    /** What to do after it. Returns that, so that it goes on from there. */
    TestOperation then(TestOperation after) {
        next = after;
        return after;
    }

    @Override
    protected void complete(int result, int flags) {
        if (isDone()) {
            throw new AssertionError(kind + " has had its last completion: " + completions + ", now " + result);
        }
        completions.add(new Completion(result, flags));
        andThen.run();
    }

    /** All completions so far, in order. */
    List<Completion> completions() {
        return completions;
    }

    /** Whether it has had its last completion. */
    boolean isDone() {
        return !completions.isEmpty() && !completions.getLast().hasMore();
    }

    /** The result of the last completion. */
    int result() {
        if (!isDone()) {
            throw new AssertionError(kind + " has not had its last completion: " + completions);
        }
        return completions.getLast().result();
    }

    /** Forgets the completions, to be started again. */
    TestOperation again() {
        completions.clear();
        return this;
    }
}
