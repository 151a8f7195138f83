package io.ferrule;

/** What happens when a signal has come, on the loop's thread. What it throws goes to the loop's handler of uncaught exceptions. */
@FunctionalInterface
public interface SignalCallback {
    /**
     * A signal has come.
     *
     * @param times how often since it was told last, 1 or more. The kernel itself makes one of several that come before the first is handled
     */
    void received(Signal signal, int times);
}
