package io.ferrule.examples.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All that came of a comparison. */
final class Results {
    private final List<String> drivers;
    private final List<Workload> workloads;
    private final Map<Workload.Cell, List<Outcome>> outcomes = new LinkedHashMap<>();
    private final Map<String, String> unavailable = new LinkedHashMap<>();
    private String client = "";
    private @Nullable String callsUnknown;

    Results(List<String> drivers, List<Workload> workloads) {
        this.drivers = List.copyOf(drivers);
        this.workloads = List.copyOf(workloads);
        for (Workload workload : workloads) {
            for (Workload.Cell cell : workload.cells()) {
                outcomes.put(cell, drivers.stream().map(Outcome::new).toList());
            }
        }
    }

    /** Of this comparison, in the order they were named in. */
    List<String> drivers() {
        return drivers;
    }

    /** Those that this machine has. */
    Stream<String> availableDrivers() {
        return drivers.stream().filter(driver -> !unavailable.containsKey(driver));
    }

    List<Workload> workloads() {
        return workloads;
    }

    /** One for each driver. */
    List<Outcome> of(Workload.Cell cell) {
        List<Outcome> found = outcomes.get(cell);
        if (found == null) {
            throw new IllegalArgumentException("no such cell: " + cell);
        }
        return found;
    }

    Outcome of(Workload.Cell cell, String driver) {
        return of(cell).get(drivers.indexOf(driver));
    }

    /** This machine does not have a driver. */
    void unavailable(String driver, String reason) {
        unavailable.put(driver, reason);
        outcomes.keySet().forEach(cell -> of(cell, driver).ended(Outcome.State.NOT_AVAILABLE, reason));
    }

    /** Drivers that this machine does not have, and why. */
    Map<String, String> unavailable() {
        return unavailable;
    }

    void client(String driver) {
        client = driver;
    }

    /** The driver of the process that asks the servers. */
    String client() {
        return client;
    }

    void callsUnknown(@Nullable String reason) {
        callsUnknown = reason;
    }

    /** Why system calls could not be counted; null if they could. */
    @Nullable
    String callsUnknown() {
        return callsUnknown;
    }
}
