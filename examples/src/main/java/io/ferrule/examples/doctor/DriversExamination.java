package io.ferrule.examples.doctor;

import io.ferrule.DriverInfo;
import io.ferrule.Loop;
import io.ferrule.driver.OperationKind;
import java.io.IOException;

/** Which drivers a loop can have here, and which it gets when its program names none. */
final class DriversExamination implements Examination {
    @Override
    public void examine(Findings findings) {
        findings.section("drivers");
        chosen(findings);
        String before = "";
        for (DriverInfo each : Loop.drivers()) {
            String whyNot = each.whyNot();
            String text = whyNot == null
                    ? "available" + (each.can(OperationKind.ACCEPT) ? "" : ", for files only")
                    : "not available: " + (whyNot.equals(before) ? "for the same reason" : whyNot);
            findings.fact(each.name(), each.isAvailable(), text);
            before = whyNot == null ? before : whyNot;
        }
    }

    private static void chosen(Findings findings) {
        try (Loop loop = Loop.open()) {
            findings.fact("chosen by default", loop.driverName());
        } catch (IOException | IllegalArgumentException | IllegalCallerException e) {
            findings.fact("chosen by default", "none", "none: " + e.getMessage());
        }
    }
}
