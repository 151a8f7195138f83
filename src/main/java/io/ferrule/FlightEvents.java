package io.ferrule;

/**
 * What loops tell Java Flight Recorder, where the JVM has it and somebody records. Nothing is told per operation: a recorder asks for the counters from
 * time to time.
 */
final class FlightEvents {
    private static final boolean AVAILABLE = isAvailable();

    private FlightEvents() {}

    private static boolean isAvailable() {
        try {
            Class.forName("jdk.jfr.FlightRecorder", false, FlightEvents.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static void opened(Loop loop) {
        if (AVAILABLE) {
            LoopEvents.opened(loop);
        }
    }

    static void closed(Loop loop) {
        if (AVAILABLE) {
            LoopEvents.closed(loop);
        }
    }
}
