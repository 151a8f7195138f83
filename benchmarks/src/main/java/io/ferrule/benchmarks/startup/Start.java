package io.ferrule.benchmarks.startup;

/** What the programs have in common. */
final class Start {
    static final int ENTRIES = 256;
    static final int BLOCK = 4096;

    private Start() {}

    /** Says so, and ends the process at once. */
    static void done(int bytes) {
        if (bytes != BLOCK) {
            throw new IllegalStateException(bytes + " bytes read, not " + BLOCK);
        }
        System.out.println("done");
        Runtime.getRuntime().halt(0);
    }
}
