package io.ferrule.benchmarks.harness;

/** What became of a side. */
public enum Status {
    MEASURED,
    /** It cannot run here: a program or a library is missing, or does not do this. */
    UNAVAILABLE,
    /** It ended with an error, or gave a wrong result. */
    FAILED,
    /** It was not done when its time was over, and was killed. */
    TIMED_OUT
}
