package io.ferrule.examples.doctor;

import io.ferrule.sys.MountTable;
import io.ferrule.sys.NativeLibrary;
import java.nio.file.Path;

/** The JVM, whether it grants native access, and the helper library. */
final class JavaExamination implements Examination {
    private static final String FLAG =
            "--enable-native-access=ALL-UNNAMED (module path: --enable-native-access=io.ferrule)";

    @Override
    public void examine(Findings findings) {
        findings.section("java");
        findings.fact("version", Runtime.version() + ", " + System.getProperty("java.vendor"));
        // Asked before the library is loaded: where the JVM only warns, that grants it.
        boolean granted = NativeLibrary.class.getModule().isNativeAccessEnabled();
        findings.fact("native access", granted, granted ? "enabled" : "not enabled");
        String temporary = System.getProperty("java.io.tmpdir");
        String noExec = MountTable.noExecMountOf(Path.of(temporary));
        findings.fact(
                "temporary directory",
                temporary,
                temporary + (noExec == null ? "" : ": lies on " + noExec + ", which is mounted noexec"));
        findings.fact("temporary directory noexec", noExec != null, noExec == null ? "no" : "yes");
        helperLibrary(findings, granted);
    }

    private static void helperLibrary(Findings findings, boolean granted) {
        try {
            NativeLibrary.load();
        } catch (UnsatisfiedLinkError | IllegalCallerException e) {
            findings.fact("helper library", false, "not loaded");
            findings.essential(String.valueOf(e.getMessage()));
            return;
        }
        findings.fact("helper library", String.valueOf(NativeLibrary.location()));
        if (!granted) {
            findings.advice("Native access is not enabled, which this JVM only warns of; a later one will refuse."
                    + " Start it with " + FLAG);
        }
    }
}
