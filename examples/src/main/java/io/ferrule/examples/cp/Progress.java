package io.ferrule.examples.cp;

/** Hears how far a copy is. Called by the copying thread, often: it should return at once and allocate nothing. */
public interface Progress {
    /** Hears nothing. */
    Progress NONE = new Progress() {
        @Override
        public void started(Stage stage, long total) {}

        @Override
        public void reached(long position) {}
    };

    /** What a copy does, in this order. */
    enum Stage {
        /** Reading the source and writing the copy. */
        COPYING,
        /** Reading the copy again, for its digest. */
        READING_BACK
    }

    /**
     * A stage begins.
     *
     * @param total bytes it has to go through, holes included
     */
    void started(Stage stage, long total);

    /**
     * Everything before a position is done.
     *
     * @param position in bytes, from 0 to the stage's total
     */
    void reached(long position);
}
