package io.ferrule.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Coverage.Row;
import io.ferrule.testing.Coverage.Run;
import io.ferrule.testing.CoveringTests.CoveringTest;
import io.ferrule.uring.JavaMembers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code make coverage} makes of reports, of a kernel's word, and of rows with something missing. */
class CoverageTest {
    private static final List<String> MEMBER = List.of("Sqe.nop");
    private static final List<String> TEST = List.of("uring.NopTest.works");
    private static final CoveringTest WORKS = new CoveringTest("io.ferrule.uring.NopTest.works", "");
    private static final CoveringTest OTHER = new CoveringTest("io.ferrule.uring.NopTest.other", "");
    private static final CoveringTest REFUSAL = new CoveringTest("io.ferrule.uring.NopTest.works", "it is refused");

    @TempDir
    Path folder;

    @Test
    void everyPartOfTheInterfaceHasAMemberAndATest() throws IOException {
        List<Row> rows = Coverage.rows(
                JavaMembers.find(Path.of(System.getProperty("ferrule.test.classes"))),
                CoveringTests.in(Path.of(System.getProperty("ferrule.test.testClasses"))),
                List.of(run("works")));
        assertThat(rows).hasSizeGreaterThan(150);
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.members()).as(row.name()).isNotEmpty())
                .allSatisfy(row -> assertThat(row.tests()).as(row.name()).isNotEmpty());
    }

    @Test
    void withAMemberAndATestAndNoFailureAllIsWell() {
        assertThat(status(row(MEMBER, TEST, "ok", "not run"))).isZero();
    }

    @Test
    void aMissingMemberIsAFault() {
        assertThat(status(row(List.of(), TEST, "ok"))).isOne();
        assertThat(said(row(List.of(), TEST, "ok"))).contains("IORING_OP_NOP has no member");
    }

    @Test
    void aMissingTestIsAFault() {
        assertThat(status(row(MEMBER, List.of(), "not run"))).isOne();
        assertThat(said(row(MEMBER, List.of(), "not run"))).contains("IORING_OP_NOP has no test");
    }

    @Test
    void aTestThatWasNotRunOnThisKernelIsAFault() {
        assertThat(status(row(MEMBER, TEST, "not run", "ok"))).isOne();
    }

    @Test
    void aFailureOnAnyKernelIsAFault() {
        assertThat(status(row(MEMBER, TEST, "ok", "failed: uring.NopTest.works")))
                .isOne();
    }

    @Test
    void whatIsUnsupportedOrSkippedIsNoFault() {
        assertThat(status(row(MEMBER, TEST, "unsupported", "skipped: needs a device")))
                .isZero();
    }

    @Test
    void aNameThatNoHeaderHasIsAFault() {
        assertThat(Coverage.judge(
                        List.of(row(MEMBER, TEST, "ok")),
                        List.of("no header has IORING_OP_NONE"),
                        new PrintStream(OutputStream.nullOutputStream())))
                .isOne();
    }

    @Test
    void aTestThatPassesIsOk() throws IOException {
        assertThat(result("<testcase classname='io.ferrule.uring.NopTest' name='works'/>", WORKS))
                .isEqualTo("ok");
    }

    @Test
    void aTestThatFailsWeighsMoreThanOneThatPasses() throws IOException {
        String report = "<testcase classname='io.ferrule.uring.NopTest' name='works'/>"
                + "<testcase classname='io.ferrule.uring.NopTest' name='other'><failure message='no'/></testcase>";
        assertThat(result(report, WORKS, OTHER)).isEqualTo("failed: uring.NopTest.other");
    }

    @Test
    void aTestThatPassesWeighsMoreThanOneThatIsSkipped() throws IOException {
        String report = "<testcase classname='io.ferrule.uring.NopTest' name='works'/>"
                + "<testcase classname='io.ferrule.uring.NopTest' name='other'><skipped/></testcase>";
        assertThat(result(report, OTHER, WORKS)).isEqualTo("ok");
    }

    @Test
    void aTestWithParametersPassesWhenItIsNotSkippedWithAll() throws IOException {
        String report =
                "<testcase classname='io.ferrule.uring.NopTest' name='works(RingVariant)[1]'><skipped/></testcase>"
                        + "<testcase classname='io.ferrule.uring.NopTest' name='works(RingVariant)[2]'/>";
        assertThat(result(report, WORKS)).isEqualTo("ok");
    }

    @Test
    void aTestWithParametersFailsWhenItFailsWithAny() throws IOException {
        String report =
                "<testcase classname='io.ferrule.uring.NopTest' name='works{RingVariant}[1]'><error type='E'/></testcase>"
                        + "<testcase classname='io.ferrule.uring.NopTest' name='works{RingVariant}[2]'/>";
        assertThat(result(report, WORKS)).startsWith("failed: ");
    }

    @Test
    void aSkippedTestSaysWhy() throws IOException {
        String report = "<testcase classname='io.ferrule.uring.NopTest' name='works'>"
                + "<skipped><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: needs a device\n\tat ...]]></skipped></testcase>";
        assertThat(result(report, WORKS)).isEqualTo("skipped: needs a device");
    }

    @Test
    void aTestThatSeesOnlyARefusalIsNotOk() throws IOException {
        assertThat(result("<testcase classname='io.ferrule.uring.NopTest' name='works'/>", REFUSAL))
                .isEqualTo("partly: it is refused");
    }

    @Test
    void whatTheKernelLacksIsUnsupportedWhateverTestsSay() throws IOException {
        Run old = run("<testcase classname='io.ferrule.uring.NopTest' name='works'/>", "opcodes: NOP");
        assertThat(old.result("IORING_OP_NOP", List.of(WORKS))).isEqualTo("ok");
        assertThat(old.result("IORING_OP_PIPE", List.of(WORKS))).isEqualTo("unsupported");
    }

    @Test
    void whatTheKernelSaysNothingOfIsForTheTestsToTell() throws IOException {
        Run old = run("<testcase classname='io.ferrule.uring.NopTest' name='works'/>", "opcodes: NOP");
        assertThat(old.result("IOSQE_IO_LINK", List.of(WORKS))).isEqualTo("ok");
    }

    private static Row row(List<String> members, List<String> tests, String... results) {
        return new Row("opcode", "IORING_OP_NOP", members, tests, List.of(results));
    }

    private static int status(Row row) {
        return Coverage.judge(List.of(row), List.of(), new PrintStream(OutputStream.nullOutputStream()));
    }

    private static String said(Row row) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Coverage.judge(List.of(row), List.of(), new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private String result(String report, CoveringTest... tests) throws IOException {
        return run(report).result("IORING_OP_NOP", List.of(tests));
    }

    private Run run(String report, String... facts) throws IOException {
        Files.writeString(folder.resolve("TEST-some.xml"), "<testsuite>" + report + "</testsuite>");
        Path ring = Files.write(folder.resolve("ring.txt"), List.of(facts));
        return new Run("6.18", TestOutcomes.read(folder), RingFacts.read(ring));
    }
}
