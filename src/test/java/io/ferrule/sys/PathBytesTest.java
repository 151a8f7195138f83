package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Jvm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name that the JVM cannot tell is refused, and never becomes another file's. */
class PathBytesTest {
    @TempDir
    Path folder;

    @Test
    void asciiIsItself() {
        assertThat(PathBytes.of(Path.of("/etc/passwd"))).asString().isEqualTo("/etc/passwd");
    }

    @Test
    @Tag("subprocess")
    void aNameInTheJvmsEncodingIsItsBytes() throws Exception {
        assertThat(listed("C.UTF-8", "caf\\303\\251")).isEqualTo("[99, 97, 102, -61, -87]");
    }

    @Test
    @Tag("subprocess")
    void theSignForWhatIsNoTextMayBePartOfAName() throws Exception {
        assertThat(listed("C.UTF-8", "a\\357\\277\\275")).isEqualTo("[97, -17, -65, -67]");
    }

    @Test
    @Tag("subprocess")
    void aNameThatIsNoTextIsRefused() throws Exception {
        assertThat(listed("C.UTF-8", "caf\\351")).contains("no text", "UTF-8", "LC_ALL");
    }

    @Test
    @Tag("subprocess")
    void withoutALocaleANameBeyondAsciiIsRefused() throws Exception {
        assertThat(listed("C", "caf\\303\\251")).contains("no text", "US-ASCII", "LC_ALL=C.UTF-8");
    }

    /** What comes of a file of that name, as a JVM in that locale finds it in a directory. */
    private String listed(String locale, String octal) throws Exception {
        Process make = new ProcessBuilder("sh", "-c", "touch \"$(printf '" + octal + "')\"")
                .directory(folder.toFile())
                .inheritIO()
                .start();
        assertThat(make.waitFor()).isZero();
        Jvm.Result result = Jvm.onModulePath(Listing.class)
                .under("env", "LC_ALL=" + locale)
                .arguments(folder.toString())
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        return result.out().strip();
    }

    static final class Listing {
        public static void main(String[] arguments) throws Exception {
            try (var names = Files.newDirectoryStream(Path.of(arguments[0]))) {
                for (Path each : names) {
                    try {
                        System.out.println(java.util.Arrays.toString(PathBytes.of(each.getFileName())));
                    } catch (IllegalArgumentException e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
        }
    }
}
