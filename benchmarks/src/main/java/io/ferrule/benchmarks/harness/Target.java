package io.ferrule.benchmarks.harness;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where the build puts this jar and the twins, and we the report. */
public final class Target {
    private Target() {}

    public static Path directory() {
        try {
            return Path.of(Target.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
