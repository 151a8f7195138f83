package io.ferrule.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Findings findings = new Findings();

    @Test
    void longTextIsBrokenAt100ColumnsAndAligned() {
        findings.section("section");
        findings.fact("many words", "word ".repeat(60).strip());

        List<String> lines = Report.text(findings).lines().toList();

        assertThat(lines).allMatch(line -> line.length() <= 100);
        assertThat(lines.get(1)).startsWith("  many words").endsWith(" word");
        assertThat(lines.get(2)).startsWith(" ".repeat(lines.get(1).indexOf("word ", 13)) + "word");
    }

    @Test
    void problemsAreNumbered() {
        findings.essential("first");
        findings.advice("second");

        assertThat(Report.text(findings)).isEqualTo("What to do\n  1. first\n  2. second\n");
    }

    @Test
    void withoutProblemsThereIsNothingToDo() {
        assertThat(Report.text(findings)).isEqualTo("What to do\n  Nothing to do.\n");
    }

    @Test
    void adviceAloneLeavesTheMachineHealthy() {
        findings.advice("could be better");

        assertThat(findings.healthy()).isTrue();
    }

    @Test
    void jsonHoldsValuesAndNotTheirTextAndEscapesThem() throws Exception {
        findings.section("a section");
        findings.fact("kernel.some-thing", "\"quoted\"\n", "in words");
        findings.essential("bad");

        JsonObject json = JsonParser.object().from(Report.json(findings));

        assertThat(json.getObject("a_section")).containsEntry("kernel_some_thing", "\"quoted\"\n");
        assertThat(json.getArray("problems").getObject(0).getString("text")).isEqualTo("bad");
        assertThat(json.getBoolean("ok")).isFalse();
    }
}
