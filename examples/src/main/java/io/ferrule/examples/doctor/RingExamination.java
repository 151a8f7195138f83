package io.ferrule.examples.doctor;

import io.ferrule.examples.Quantity;
import io.ferrule.uring.Feature;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.IoUringUnavailableException;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.Probe;
import io.ferrule.uring.SetupFlag;
import io.ferrule.uring.SetupProbe;
import io.ferrule.uring.SystemFacts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Whether io_uring works, who may use it, and what this kernel's can do. */
final class RingExamination implements Examination {
    @Override
    public void examine(Findings findings) {
        findings.section("io_uring");
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().nop();
            ring.submitAndWait(1);
            findings.fact("state", "works", "works: a ring opened, and a request came back");
            rules(findings);
            new RingCensus().examine(findings);
            abilities(findings, ring);
        } catch (IoUringUnavailableException e) {
            findings.fact("state", e.reason().toString(), "not available: " + e.reason());
            if (e.reason() != IoUringUnavailableException.Reason.HELPER_LIBRARY) { // found already
                findings.essential(String.valueOf(e.getMessage()));
            }
            rules(findings);
        } catch (IOException e) {
            findings.essential(
                    "io_uring does not work in full: " + e.getMessage()
                            + ". A sandbox may forbid one of its calls: allow io_uring_setup, io_uring_enter and io_uring_register");
        } catch (IllegalCallerException e) {
            findings.fact("state", "NATIVE_ACCESS", "not available: this JVM forbids native access");
            rules(findings);
        }
    }

    private static void rules(Findings findings) {
        SystemFacts facts = SystemFacts.read();
        String disabled = facts.ioUringDisabled();
        findings.fact(
                "kernel.io_uring_disabled",
                disabled,
                disabled
                        + switch (disabled) {
                            case "0" -> " (everybody may use it)";
                            case "1" -> " (privileged users may, and one group)";
                            case "2" -> " (nobody may)";
                            default -> " (the kernel has no such sysctl before Linux 6.6)";
                        });
        findings.fact(
                "kernel.io_uring_group",
                facts.ioUringGroup(),
                facts.ioUringGroup().equals("-1") ? "-1 (none)" : facts.ioUringGroup());
        findings.fact("seccomp", facts.seccomp());
        findings.fact("security modules", facts.securityModules());
        String locked = facts.limit("Max locked memory");
        findings.fact("memory-lock limit", locked, Quantity.ofLimit(locked));
        findings.fact("descriptor limit", facts.limit("Max open files"));
    }

    private static void abilities(Findings findings, IoUring ring) throws IOException {
        Probe probe = ring.probe();
        Set<Feature> features = ring.features();
        Set<SetupFlag> accepted = SetupProbe.accepted();
        findings.fact("flags of a ring by default", names(ring.setupFlags()), joined(ring.setupFlags()));
        eachOf(findings, "features", Feature.values(), features::contains);
        eachOf(findings, "setup flags", SetupFlag.values(), accepted::contains);
        eachOf(findings, "operations", Opcode.values(), probe::supports);
    }

    /** A fact about all of a kind: for programs which there are by name, for people those that are there and those that are not. */
    private static <E extends Enum<E>> void eachOf(Findings findings, String what, E[] all, Predicate<E> has) {
        Map<String, Boolean> byName = new LinkedHashMap<>();
        List<E> there = new ArrayList<>();
        List<E> missing = new ArrayList<>();
        for (E each : all) {
            byName.put(each.name(), has.test(each));
            (has.test(each) ? there : missing).add(each);
        }
        findings.fact(
                what,
                byName,
                there.size() + " of " + all.length + ": " + joined(there)
                        + (missing.isEmpty() ? "" : "; not " + joined(missing)));
    }

    private static List<String> names(Set<? extends Enum<?>> set) {
        return set.stream().map(Enum::name).toList();
    }

    /** Names without the prefix that all of their kind share. */
    private static String joined(Iterable<? extends Enum<?>> all) {
        StringBuilder text = new StringBuilder();
        for (Enum<?> each : all) {
            text.append(text.isEmpty() ? "" : " ").append(each.name().replaceFirst("^IORING_(OP|SETUP|FEAT)_", ""));
        }
        return text.isEmpty() ? "none" : text.toString();
    }
}
