package io.ferrule.examples.compare;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has each driver do each work, in a process of its own, round after round: what disturbs the machine for a while disturbs all of them. A worker that
 * crashes or hangs loses the work it was at; the next gets a new process.
 */
final class Comparison implements AutoCloseable {
    /** Of the process that asks the servers: the first that is to be had. */
    private static final List<String> CLIENT_DRIVERS = List.of("uring", "epoll", "nio");

    /** How long system calls are counted, in nanoseconds: those that the JVM makes by itself should not show. */
    private static final long COUNTING = 60_000_000;

    /**
     * What to compare, and how.
     *
     * @param seconds in all, about
     * @param rounds of which the median counts
     * @param directory for files to read, whose file system should know O_DIRECT; what a crashing JVM reports goes beside it
     * @param patience with a worker, beyond the time it was asked to work
     * @param worker the class whose main method workers run
     */
    record Plan(
            List<String> drivers,
            List<Workload> workloads,
            double seconds,
            int rounds,
            Path directory,
            Duration patience,
            Class<?> worker) {}

    /** Hears how far it is. */
    interface Progress {
        /** A round of a workload begins. */
        void at(Workload workload, int round);

        /** So many turns are over, or were left out. */
        void turns(int done, int all);
    }

    private final Plan plan;
    private final Progress progress;
    private final Results results;
    private final Budget budget;
    private final SystemCalls calls;
    private final Set<WorkerProcess> processes = ConcurrentHashMap.newKeySet();
    private final Thread hook = new Thread(this::destroyAll, "end of the workers");
    private final int allTurns;
    private int turns;
    private @Nullable WorkerProcess client;
    private String clientDriver = "";

    Comparison(Plan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
        this.results = new Results(plan.drivers(), plan.workloads());
        this.calls = new SystemCalls(plan.directory().resolve("calls"));
        int cells = plan.workloads().stream()
                .mapToInt(workload -> workload.cells().size())
                .sum();
        this.allTurns = cells * plan.drivers().size() * plan.rounds();
        this.budget = new Budget(plan.seconds(), allTurns);
        Runtime.getRuntime().addShutdownHook(hook); // as Ctrl-C has it
    }

    Results run() throws IOException, InterruptedException {
        for (Workload workload : plan.workloads()) {
            for (Workload.Cell cell : workload.cells()) {
                cell.work().prepare(plan.directory());
            }
            compare(workload);
        }
        results.callsUnknown(calls.obstacle());
        return results;
    }

    private void compare(Workload workload) throws IOException, InterruptedException {
        budget.begin(workload.cells().size() * plan.drivers().size() * plan.rounds());
        List<Seat> seats = plan.drivers().stream().map(Seat::new).toList();
        for (int round = 0; round < plan.rounds(); round++) {
            progress.at(workload, round);
            for (int i = 0; i < workload.cells().size(); i++) {
                Workload.Cell cell = workload.cells().get(i);
                long nanos = budget.next();
                for (int j = 0; j < seats.size(); j++) {
                    Seat seat = seats.get((j + round + i) % seats.size()); // each is the first one sometimes
                    turn(seat, workload, cell, nanos, round == plan.rounds() - 1);
                    progress.turns(++turns, allTurns);
                }
            }
        }
        seats.forEach(Seat::leave);
    }

    /** One driver's turn at one work. */
    private void turn(Seat seat, Workload workload, Workload.Cell cell, long nanos, boolean last)
            throws IOException, InterruptedException {
        Outcome outcome = results.of(cell, seat.driver);
        if (!outcome.goesOn()) {
            budget.skipped();
            return;
        }
        long begun = System.nanoTime();
        try {
            checkDescriptors(cell.work());
            WorkerProcess worker = seat.taken();
            WorkerProcess asking = cell.work().isServed() ? client() : worker;
            JsonObject work = request(cell.work().isServed() ? "serve" : "load");
            work.put("workload", workload.name());
            work.put("cell", cell.name());
            try {
                JsonObject answer = worker.ask(work);
                if (cell.work().isServed()) {
                    work.put("do", "load");
                    work.put("port", answer.getInt("port"));
                    asking.ask(work);
                }
                measure(worker, asking, outcome, nanos, last);
                if (asking != worker) {
                    asking.ask(request("close"));
                }
                worker.ask(request("close"));
            } catch (WorkerException e) {
                throw blame(worker, asking, e);
            }
        } catch (WorkerException e) {
            if (e.state() == Outcome.State.NOT_AVAILABLE) {
                results.unavailable(seat.driver, e.reason());
            } else {
                outcome.ended(e.state(), e.reason());
            }
        }
        budget.took(System.nanoTime() - begun, nanos);
    }

    private void measure(WorkerProcess worker, WorkerProcess asking, Outcome outcome, long nanos, boolean last)
            throws WorkerException, InterruptedException {
        run(asking, Budget.warmUp(nanos));
        worker.ask(request("mark"));
        Figures figures = run(asking, nanos);
        JsonObject usage = worker.ask(request("usage"));
        outcome.add(new Outcome.Round(figures, usage.getLong("cpuNanos"), usage.getInt("threads")));
        if (last) {
            countCalls(worker, asking, outcome);
        }
    }

    private void countCalls(WorkerProcess worker, WorkerProcess asking, Outcome outcome)
            throws WorkerException, InterruptedException {
        calls.begin(worker.pid());
        if (calls.obstacle() != null) {
            return;
        }
        try {
            Figures traced = run(asking, COUNTING);
            calls.end().ifPresent(number -> outcome.systemCalls((double) number / traced.operations()));
        } catch (WorkerException e) {
            calls.end();
            if (e.state() != Outcome.State.FAILED) {
                throw e;
            } // otherwise it is slow for being traced, and what was measured before stands
        }
    }

    private static Figures run(WorkerProcess asking, long nanos) throws WorkerException, InterruptedException {
        JsonObject request = request("run");
        request.put("nanos", nanos);
        return Figures.of(asking.ask(request, Duration.ofNanos(nanos)));
    }

    /** Both begin anew after something went wrong between them; and who asks a server that has crashed only says that it is gone. */
    private WorkerException blame(WorkerProcess worker, WorkerProcess asking, WorkerException found)
            throws InterruptedException {
        WorkerException cause = found;
        if (asking != worker && found.state() != Outcome.State.NOT_APPLICABLE) {
            try {
                worker.ask(request("usage"));
            } catch (WorkerException ofServer) {
                cause = ofServer;
            }
            dismiss(asking);
            client = null;
        }
        if (found.state() != Outcome.State.NOT_APPLICABLE) {
            dismiss(worker);
        } else {
            try {
                worker.ask(request("close"));
            } catch (WorkerException e) {
                dismiss(worker);
            }
        }
        return cause;
    }

    private static void checkDescriptors(Work work) throws WorkerException {
        int needed = work.descriptors();
        long limit = descriptorLimit();
        if (needed > limit) {
            throw new WorkerException(
                    Outcome.State.NOT_APPLICABLE,
                    "a process may have " + limit + " descriptors here, and this needs " + needed + ": raise it with"
                            + " ulimit -n");
        }
    }

    /** The hard limit, to which a JVM raises its own. */
    private static long descriptorLimit() {
        try (Stream<String> limits = Files.lines(Path.of("/proc/self/limits"))) {
            return limits.filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.split(" +")[4])
                    .filter(number -> number.matches("\\d+"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    // ---- processes ----

    private WorkerProcess client() throws IOException, InterruptedException, WorkerException {
        WorkerProcess found = client;
        if (found == null || !found.isAlive()) {
            found = startClient();
            client = found;
            results.client(clientDriver);
        }
        return found;
    }

    private WorkerProcess startClient() throws IOException, InterruptedException, WorkerException {
        WorkerException last = null;
        for (String driver : clientDriver.isEmpty() ? CLIENT_DRIVERS : List.of(clientDriver)) {
            WorkerProcess process = start(driver, "client");
            try {
                process.ask(request("probe"));
                clientDriver = driver;
                return process;
            } catch (WorkerException e) {
                dismiss(process);
                last = e;
            }
        }
        String reason = last == null ? "no driver is to be had" : last.reason();
        throw new WorkerException(Outcome.State.FAILED, "the client does not start: " + reason);
    }

    private WorkerProcess start(String driver, String role) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + plan.directory().resolveSibling("hs_err_%p.log")));
        for (Map.Entry<Object, Object> property : System.getProperties().entrySet()) {
            if (property.getKey().toString().startsWith("ferrule.")) {
                command.add("-D" + property.getKey() + "=" + property.getValue());
            }
        }
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), plan.worker().getName()));
        command.addAll(List.of(driver, plan.directory().toString()));
        WorkerProcess process = WorkerProcess.start(command, plan.directory().resolve(role + ".log"), plan.patience());
        processes.add(process);
        return process;
    }

    private void dismiss(WorkerProcess process) {
        processes.remove(process);
        process.destroy();
    }

    private static JsonObject request(String what) {
        JsonObject request = new JsonObject();
        request.put("do", what);
        return request;
    }

    /** Ends all processes, whatever they are at. */
    @Override
    public void close() {
        destroyAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending: it runs already
        }
    }

    private void destroyAll() {
        calls.close();
        processes.forEach(WorkerProcess::destroy);
    }

    /** A driver's place in a workload, with a process for it. */
    private final class Seat {
        private final String driver;
        private @Nullable WorkerProcess process;

        Seat(String driver) {
            this.driver = driver;
        }

        WorkerProcess taken() throws IOException, InterruptedException, WorkerException {
            WorkerProcess found = process;
            if (found == null || !found.isAlive()) {
                found = start(driver, driver);
                process = found;
                found.ask(request("probe"));
            }
            return found;
        }

        void leave() {
            if (process != null) {
                processes.remove(process);
                process.close();
            }
        }
    }
}
