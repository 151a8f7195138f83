package io.ferrule.examples.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A kind of work, in several sizes.
 *
 * @param name on the command line
 * @param operation what is counted, in the plural
 * @param axis what the sizes are sizes of, when they are numbers to draw a curve over; otherwise empty
 */
record Workload(String name, String title, String explanation, String operation, String axis, List<Cell> cells) {
    /**
     * Work of one size.
     *
     * @param name within its workload
     * @param phrase goes on after "On "
     * @param at where it is on the workload's axis
     */
    record Cell(String name, String title, String phrase, int at, Work work) {}

    private static final Duration PAUSE = Duration.ofNanos(200_000);

    /** All there are. */
    static List<Workload> all() {
        return List.of(reads(), echo(), web(), idle());
    }

    private static Workload reads() {
        List<Cell> cells = new ArrayList<>();
        for (boolean direct : new boolean[] {false, true}) {
            for (int depth : new int[] {1, 32}) {
                String kind = direct ? "direct" : "buffered";
                cells.add(new Cell(
                        kind + "-" + depth,
                        (direct ? "O_DIRECT" : "buffered") + ", " + depth + " in flight",
                        kind + " reads, " + depth + " in flight",
                        depth,
                        new RandomReads(direct, depth)));
            }
        }
        return new Workload(
                "reads",
                "Random reads",
                "4 KiB each, from a file of 32 MiB: from the page cache (buffered), or from the device (O_DIRECT).",
                "reads",
                "",
                cells);
    }

    private static Workload echo() {
        List<Cell> cells = new ArrayList<>();
        for (int connections : new int[] {1, 100, 1000}) {
            String words = connections(connections);
            cells.add(new Cell(
                    "echo-" + connections,
                    words,
                    "echo with " + words,
                    connections,
                    new EchoWork(connections, 0, Duration.ZERO)));
        }
        return new Workload(
                "echo",
                "Echo",
                "64 bytes to the server and back over TCP, on each connection again and again. The server is on the driver"
                        + " that is measured; the client is another process, on the same driver for all.",
                "round trips",
                "",
                cells);
    }

    private static Workload web() {
        List<Cell> cells = new ArrayList<>();
        for (int kibibytes : new int[] {1, 64}) {
            String size = kibibytes + " KiB";
            cells.add(new Cell(
                    "web-" + kibibytes + "k",
                    "file of " + size,
                    "web requests for " + size,
                    kibibytes,
                    new WebWork(kibibytes << 10)));
        }
        return new Workload(
                "web",
                "Web requests",
                "GETs of one file over " + WebWork.CONNECTIONS
                        + " connections that are kept alive, to the server of examples"
                        + " serve: it reads the request, opens and reads the file, and answers. The client is another"
                        + " process, on the same driver for all; it compares every byte.",
                "requests",
                "",
                cells);
    }

    private static Workload idle() {
        List<Cell> cells = new ArrayList<>();
        for (int connections : new int[] {0, 100, 1000, 4000}) {
            cells.add(new Cell(
                    "idle-" + connections,
                    String.format(Locale.ROOT, "%,d idle", connections),
                    "echo beside " + (connections == 0 ? "no" : String.format(Locale.ROOT, "%,d", connections))
                            + " idle connections",
                    connections,
                    new EchoWork(1, connections, PAUSE)));
        }
        return new Workload(
                "idle",
                "Idle connections",
                "What one connection pays for those that only lie there: echo as above, with a pause of "
                        + PAUSE.toNanos() / 1000
                        + " µs after each round trip, so that the server has to wait, beside so many idle connections of it.",
                "round trips",
                "idle connections",
                cells);
    }

    private static String connections(int count) {
        return String.format(Locale.ROOT, "%,d", count) + (count == 1 ? " connection" : " connections");
    }
}
