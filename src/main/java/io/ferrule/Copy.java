package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.io.EOFException;

/** Moves bytes through a relay, step by step: into its pipe, and out of it; or straight, where one end is a pipe. */
final class Copy extends Task<Long> {
    /** What a step moves at most: less than an int can count. */
    private static final int MOST = 1 << 30;

    private final Relay relay;
    private final Passage passage;

    /** What the step in flight does; both for one that goes straight. */
    private boolean takes;

    private boolean gives;

    Copy(Relay relay, Passage passage) {
        super(relay.loop(), OperationKind.SPLICE, passage.from(), passage.from() + " -> " + passage.to());
        this.relay = relay;
        this.passage = passage;
        alsoOn(passage.to(), relay.pipe().reader(), relay.pipe().writer());
    }

    @Override
    void takeMemory() {
        relay.claim(this, passage);
        try {
            takePosition(passage.from(), passage.fromOffset());
            takePosition(passage.to(), passage.toOffset());
        } catch (IllegalStateException e) {
            releaseMemory();
            throw e;
        }
    }

    private void takePosition(Handle handle, long offset) {
        if (handle instanceof File file && offset == File.HERE) {
            file.takePosition(this);
        }
    }

    @Override
    void releaseMemory() {
        leavePosition(passage.from());
        leavePosition(passage.to());
        relay.release(this);
    }

    private void leavePosition(Handle handle) {
        if (handle instanceof File file) {
            file.leavePosition(this);
        }
    }

    @Override
    void prepare() {
        describeStep();
    }

    private void describeStep() {
        if (passage.isDirect()) {
            splice(passage.from(), passage.fromOffset(), passage.to(), passage.toOffset(), passage.left(), MOST);
            takes = true;
            gives = true;
        } else if (passage.held() > 0) {
            splice(relay.pipe().reader(), File.HERE, passage.to(), passage.toOffset(), passage.held(), MOST);
            takes = false;
            gives = true;
        } else {
            Handle pipe = relay.pipe().writer();
            splice(passage.from(), passage.fromOffset(), pipe, File.HERE, passage.left(), relay.capacity());
            takes = true;
            gives = false;
        }
    }

    private void splice(Handle from, long fromOffset, Handle to, long toOffset, long length, int most) {
        step.fd = from.number();
        step.regular = from.isRegular();
        step.offset = fromOffset;
        step.fd2 = to.number();
        step.address2 = toOffset;
        step.length = Math.min(length, most);
    }

    @Override
    void completed(Step of, int result, int flags) {
        if (result > 0) {
            if (takes) {
                passage.taken(result);
            }
            if (gives) {
                passage.given(result);
            }
        }
        if (result > 0 && !passage.isOver() && !isCancelled()) {
            describeStep();
            loop.submit(step);
        } else {
            super.completed(of, result > 0 && !passage.isOver() ? CANCELLED : result, flags);
        }
    }

    @Override
    Long value(int result) throws EOFException {
        if (result == 0 && !(takes && passage.end())) {
            throw new EOFException(this + ": the end came after " + passage.moved() + " bytes, before the rest");
        }
        return passage.moved();
    }
}
