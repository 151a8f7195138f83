package io.ferrule.examples.compare;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The results as one HTML page that needs nothing else: style, chart library and data are in it. */
final class Page {
    private static final String WEBJAR = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    private Page() {}

    /**
     * Makes it.
     *
     * @param json of {@link JsonReport}
     */
    static String of(String json) throws IOException {
        return resource("compare.html")
                .replace("/* style */", resource("compare.css"))
                .replace("/* chart library */", library())
                .replace("/* data */", inScript(json))
                .replace("/* page */", resource("compare.js"));
    }

    /** It would end the script that the data stands in. */
    private static String inScript(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String library() throws IOException {
        Properties webjar = new Properties();
        try (InputStream in = open(WEBJAR)) {
            webjar.load(in);
        }
        String script = resource(
                "/META-INF/resources/webjars/chart.js/" + webjar.getProperty("version") + "/dist/chart.umd.min.js");
        return script.replaceFirst("\n//# sourceMappingURL=.*", ""); // which a browser would look for
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(String name) throws IOException {
        @Nullable InputStream in = Page.class.getResourceAsStream(name);
        if (in == null) {
            throw new FileNotFoundException("the program is not whole: " + name + " is missing");
        }
        return in;
    }
}
