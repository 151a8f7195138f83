package io.ferrule.examples.compare;

import com.grack.nanojson.JsonWriter;
import io.ferrule.pages.Machine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The results as one JSON object. Latency and CPU time are in microseconds; what is not known is null. */
final class JsonReport {
    private JsonReport() {}

    static String of(Results results, Machine machine, Instant when, double seconds, int rounds) {
        Map<String, @Nullable Object> root = new LinkedHashMap<>();
        root.put("date", when.toString());
        root.put("seconds", seconds);
        root.put("rounds", rounds);
        root.put("client", results.client());
        root.put("system_calls_unknown", results.callsUnknown());
        root.put("machine", machine(machine));
        root.put("drivers", drivers(results));
        root.put(
                "workloads",
                results.workloads().stream()
                        .map(workload -> workload(results, workload))
                        .toList());
        root.put("growth", Growth.of(results));
        Verdicts verdicts = Verdicts.of(results);
        root.put("uring_loses", verdicts.losses());
        root.put("uring_wins", verdicts.wins());
        root.put("uring_likely_loses", verdicts.likelyLosses());
        root.put("uring_likely_wins", verdicts.likelyWins());
        return JsonWriter.indent(" ").string().value(root).done();
    }

    private static Map<String, Object> machine(Machine machine) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("processor", machine.processor());
        json.put("processors", machine.processors());
        json.put("kernel", machine.kernel());
        json.put("java", machine.java());
        json.put("load", machine.load());
        json.put("busy", machine.busy());
        return json;
    }

    private static List<Object> drivers(Results results) {
        List<Object> drivers = new ArrayList<>();
        for (String name : results.drivers()) {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            json.put("name", name);
            json.put("unavailable", results.unavailable().get(name));
            drivers.add(json);
        }
        return drivers;
    }

    private static Map<String, Object> workload(Results results, Workload workload) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", workload.name());
        json.put("title", workload.title());
        json.put("explanation", workload.explanation());
        json.put("operation", workload.operation());
        json.put("axis", workload.axis());
        json.put(
                "cells",
                workload.cells().stream().map(cell -> cell(results, cell)).toList());
        return json;
    }

    private static Map<String, Object> cell(Results results, Workload.Cell cell) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", cell.name());
        json.put("title", cell.title());
        json.put("at", cell.at());
        json.put("outcomes", results.of(cell).stream().map(JsonReport::outcome).toList());
        return json;
    }

    private static Map<String, @Nullable Object> outcome(Outcome outcome) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("driver", outcome.driver());
        json.put("state", outcome.isMeasured() ? "measured" : outcome.state().key());
        json.put("reason", outcome.isMeasured() ? null : outcome.state() + ": " + outcome.reason());
        for (Measure measure : Measure.values()) {
            OptionalDouble value = measure.of(outcome);
            json.put(measure.key(), value.isPresent() ? value.getAsDouble() : null);
            if (value.isPresent() && measure != Measure.SYSTEM_CALLS) {
                json.put(measure.key() + "_range", List.of(measure.least(outcome), measure.most(outcome)));
            }
        }
        return json;
    }
}
