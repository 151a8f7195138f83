package io.ferrule.driver;

import java.lang.foreign.MemorySegment;

/** Free buffers that any thread takes and gives back: those that receive are not the loop's. */
final class SharedBuffers extends FreeBuffers {
    SharedBuffers(MemorySegment memory, int count, int size) {
        super(memory, count, size);
    }

    @Override
    synchronized int take() {
        return super.take();
    }

    @Override
    public synchronized void giveBack(int id) {
        super.giveBack(id);
    }

    @Override
    public synchronized void close() {
        super.close();
    }
}
