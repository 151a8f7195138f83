package io.ferrule.benchmarks.epoll;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Waiting for many descriptors, and telling those that are ready. An operation is an event. */
public final class EpollWorks {
    private static final int MANY = 1000;
    private static final int USUAL = 32;

    private EpollWorks() {}

    public static List<Work> all() {
        return Stream.of(false, true)
                .flatMap(edge -> Stream.of(
                        wait(edge, 1, 1), wait(edge, 1, MANY), wait(edge, USUAL, MANY), wait(edge, 256, MANY)))
                .toList();
    }

    private static Work wait(boolean edge, int ready, int all) {
        String trigger = edge ? "edge" : "level";
        Map<String, ?> jmh = Map.of("edge", edge, "ready", ready, "all", all);
        return new Work(
                "epoll",
                Map.of("trigger", trigger, "ready", ready, "of", all),
                Unit.NANOS_PER_OPERATION,
                !edge && ready == USUAL,
                Work.Preparation.NONE,
                new JmhSide(JmhSide.FERRULE, ready, EpollBenchmark.class, jmh),
                List.of(
                        twin("C epoll", 1, trigger, ready, all),
                        twin("C epoll, 2 threads", 2, trigger, ready, all),
                        new JmhSide("Selector", ready, SelectorBenchmark.class, jmh)));
    }

    /** The second thread does nothing; but the kernel then does for each call what it has to do in a JVM. */
    private static TwinSide twin(String name, int threads, String trigger, int ready, int all) {
        return new TwinSide(
                name,
                ready,
                List.of("epoll", trigger, String.valueOf(ready), String.valueOf(all), String.valueOf(threads)));
    }
}
