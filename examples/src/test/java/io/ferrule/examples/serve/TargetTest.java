package io.ferrule.examples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "/, '', true, false, ''",
        "/a, a, false, false, ''",
        "/a/, a, true, false, ''",
        "/a/b.txt?q=1/../2, a/b.txt, false, false, ?q=1/../2",
        "/a%20b/%25, a b/%, false, false, ''",
        "/a+b, a+b, false, false, ''",
        "/%e2%98%83, \u2603, false, false, ''",
        "/.git/config, .git/config, false, true, ''",
        "/a/%2eb, a/.b, false, true, ''",
        "/..., ..., false, true, ''",
        "/a.b., a.b., false, false, ''",
        "http://host/a?b, a, false, false, ?b",
    })
    void aTargetIsAPathBeneathTheDirectory(String sent, String path, boolean directory, boolean hidden, String query) {
        assertThat(Target.of(sent)).isEqualTo(new Target(path, directory, hidden, query));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "*",
                "//",
                "/a//b",
                "/.",
                "/..",
                "/a/./b",
                "/a/../b",
                "/%2e",
                "/%2E%2e",
                "/.%2e/",
                "/a%2fb",
                "/%2f",
                "/a\\b",
                "/a%5cb",
                "/%00",
                "/a%0ab",
                "/%7f",
                "/%",
                "/%2",
                "/%zz",
                "/%c0%ae",
                "/%ff",
                "/a#b",
                "/a b",
                "/\u00e9",
                "/\u0000",
                "http://host",
                "https://host/a",
                "file:///a",
                "http://host//a"
            })
    void whatNoClientInOrderSendsIsNone(String sent) {
        assertThat(Target.of(sent)).isNull();
    }

    @Test
    void whatIsEncodedIsDecodedToTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            StringBuilder name = new StringBuilder("x");
            for (int length = random.nextInt(20); length > 0; length--) {
                int c = ' ' + random.nextInt(0x3000);
                name.appendCodePoint(c == '/' || c == '\\' || (c >= 0x7f && c < 0xa0) ? 'y' : c);
            }
            Target target = Target.of("/" + Target.encode(name.toString()));
            assertThat(target).as("seed %d", seed).isEqualTo(new Target(name.toString(), false, false, ""));
        }
    }

    /** Whatever is sent, a path has nothing in it that leads anywhere but down. */
    @Test
    void noPathLeadsUp() {
        String alphabet = "/.%25ef0cAa\\?#:;\u00e9 ";
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            StringBuilder sent = new StringBuilder("/");
            for (int length = random.nextInt(16); length > 0; length--) {
                sent.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Target target = Target.of(sent.toString());
            if (target != null && !target.path().isEmpty()) {
                for (String name : target.path().split("/", -1)) {
                    assertThat(name)
                            .as("%s, seed %d", sent, seed)
                            .isNotIn("", ".", "..")
                            .doesNotContain("\\");
                }
            }
        }
    }
}
