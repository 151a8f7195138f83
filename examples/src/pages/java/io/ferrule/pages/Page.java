package io.ferrule.pages;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** Results as one HTML page that needs nothing else: style, chart library and data are in it. */
public final class Page {
    private static final String WEBJAR = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

    private Page() {}

    /**
     * Makes it of what all pages have, and of {@code name.css} and {@code name.js}.
     *
     * @param title plain text
     * @param beside the class beside which those two lie
     * @param json the data, for the script
     */
    public static String of(String title, Class<?> beside, String name, String json) throws IOException {
        return shared("page.html")
                .replace("<!-- title -->", title)
                .replace("/* style */", shared("page.css") + resource(beside, name + ".css"))
                .replace("/* chart library */", library())
                .replace("/* data */", inScript(json))
                .replace("/* page */", shared("page.js") + resource(beside, name + ".js"));
    }

    /** It would end the script that the data stands in. */
    private static String inScript(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String library() throws IOException {
        Properties webjar = new Properties();
        try (InputStream in = open(Page.class, WEBJAR)) {
            webjar.load(in);
        }
        String script = shared(
                "/META-INF/resources/webjars/chart.js/" + webjar.getProperty("version") + "/dist/chart.umd.min.js");
        return script.replaceFirst("\n//# sourceMappingURL=.*", ""); // which a browser would look for
    }

    private static String shared(String name) throws IOException {
        return resource(Page.class, name);
    }

    private static String resource(Class<?> beside, String name) throws IOException {
        try (InputStream in = open(beside, name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(Class<?> beside, String name) throws IOException {
        InputStream in = beside.getResourceAsStream(name);
        if (in == null) {
            throw new FileNotFoundException("the program is not whole: " + name + " is missing");
        }
        return in;
    }
}
