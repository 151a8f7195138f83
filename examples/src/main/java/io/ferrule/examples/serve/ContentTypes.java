package io.ferrule.examples.serve;

import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.MimeTypes;
import org.jspecify.annotations.Nullable;

/** The types of files by the ends of their names: Jetty's table, and what it lacks. Text is UTF-8. */
final class ContentTypes {
    private static final String UNKNOWN = "application/octet-stream";
    private static final String UTF_8 = ";charset=utf-8";

    private static final Map<String, String> MORE = Map.of(
            "md", "text/markdown",
            "map", "application/json",
            "webmanifest", "application/manifest+json",
            "yaml", "application/yaml",
            "yml", "application/yaml",
            "toml", "application/toml");

    private ContentTypes() {}

    /** The type of a file of this name. */
    static String of(String name) {
        String type = known(name);
        if (type == null) {
            return UNKNOWN;
        }
        return type.startsWith("text/") && type.indexOf(';') < 0 ? type + UTF_8 : type;
    }

    private static @Nullable String known(String name) {
        @Nullable String type = MimeTypes.DEFAULTS.getMimeByExtension(name);
        if (type != null) {
            return type;
        }
        int dot = name.lastIndexOf('.');
        return dot < 0 ? null : MORE.get(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }
}
