package io.ferrule;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/**
 * Events for Java Flight Recorder. Of this class nothing is loaded where module jdk.jfr is absent; and where nobody records, no event is, since that
 * alone would take a JVM a tenth of a second.
 */
final class LoopEvents {
    static {
        // Calls back at once if somebody records already.
        FlightRecorder.addListener(new FlightRecorderListener() {
            @Override
            public void recorderInitialized(FlightRecorder recorder) {
                FlightRecorder.addPeriodicEvent(Counters.class, LoopEvents::count);
            }
        });
    }

    private LoopEvents() {}

    static void opened(Loop loop) {
        if (FlightRecorder.isInitialized()) {
            Opened event = new Opened();
            event.loop = loop.name();
            event.driver = loop.driverName();
            event.description = loop.description();
            event.commit();
        }
    }

    static void closed(Loop loop) {
        if (FlightRecorder.isInitialized()) {
            tell(loop); // or what happened since it was last asked would be missing
        }
    }

    /** On the recorder's thread. */
    private static void count() {
        Loop.allOpen().forEach(LoopEvents::tell);
    }

    private static void tell(Loop loop) {
        Counters event = new Counters();
        LoopCounters counters = loop.counters();
        event.loop = loop.name();
        event.driver = loop.driverName();
        event.submitted = counters.submitted();
        event.completed = counters.completed();
        event.inFlight = counters.inFlight();
        event.waits = counters.waits();
        event.wakeUps = counters.wakeUps();
        event.mails = counters.mails();
        event.rearmed = counters.rearmed();
        event.fallbacks = counters.fallbacks();
        event.stale = counters.stale();
        event.overflows = counters.overflows();
        event.commit();
    }

    /** A loop was opened, with this driver, for these reasons. */
    @Name("io.ferrule.LoopOpened")
    @Label("Loop Opened")
    @Category("Ferrule")
    @StackTrace
    @SuppressWarnings("UnusedVariable") // read by the recorder
    static final class Opened extends Event {
        @Label("Loop")
        @Description("The name of its thread")
        String loop = "";

        @Label("Driver")
        String driver = "";

        @Label("Description")
        @Description("Why it is this driver")
        String description = "";
    }

    /** What a loop has done since it was opened: {@link LoopCounters}. */
    @Name("io.ferrule.LoopCounters")
    @Label("Loop Counters")
    @Category("Ferrule")
    @Period("1 s")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // read by the recorder
    static final class Counters extends Event {
        @Label("Loop")
        @Description("The name of its thread")
        String loop = "";

        @Label("Driver")
        String driver = "";

        @Label("Submitted")
        long submitted;

        @Label("Completed")
        long completed;

        @Label("In Flight")
        long inFlight;

        @Label("Waits")
        long waits;

        @Label("Wake-ups")
        long wakeUps;

        @Label("Mails")
        long mails;

        @Label("Re-armed")
        long rearmed;

        @Label("Fallbacks")
        @Description("Operations done by a helper thread")
        long fallbacks;

        @Label("Stale")
        @Description("Completions dropped because nobody waited for them")
        long stale;

        @Label("Overflows")
        @Description("Times the completion queue was full")
        long overflows;
    }
}
