package io.ferrule.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What became of each test, out of the XML reports of Surefire or of JUnit's console. */
final class TestOutcomes {
    enum Kind {
        PASSED,
        FAILED,
        SKIPPED,
        NOT_RUN
    }

    /**
     * What became of a test.
     *
     * @param reason why it was skipped or failed
     */
    record Outcome(Kind kind, String reason) {
        /** Of a test with parameters: failed when it has failed with any, or else passed when it has passed with any. */
        Outcome and(Outcome other) {
            for (Kind first : List.of(Kind.FAILED, Kind.PASSED)) {
                if (kind == first || other.kind == first) {
                    return kind == first ? this : other;
                }
            }
            return this;
        }
    }

    private final Map<String, Outcome> byTest = new TreeMap<>();

    private TestOutcomes() {}

    /** Reads all reports of a folder. */
    static TestOutcomes read(Path folder) throws IOException {
        TestOutcomes outcomes = new TestOutcomes();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".xml"))
                    .sorted()
                    .toList()) {
                outcomes.add(file);
            }
        }
        return outcomes;
    }

    /** What became of a test, {@code package.Class.method}. */
    Outcome of(String test) {
        return byTest.getOrDefault(test, new Outcome(Kind.NOT_RUN, ""));
    }

    private void add(Path report) throws IOException {
        NodeList cases;
        try {
            cases = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(report.toFile())
                    .getElementsByTagName("testcase");
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(report + " is no report", e);
        }
        for (int i = 0; i < cases.getLength(); i++) {
            Element each = (Element) cases.item(i);
            String method = each.getAttribute("name").replaceFirst("[({\\[].*", ""); // without parameters
            byTest.merge(each.getAttribute("classname") + "." + method, outcome(each), Outcome::and);
        }
    }

    private static Outcome outcome(Element testcase) {
        for (String failure : List.of("failure", "error")) {
            if (child(testcase, failure) != null) {
                return new Outcome(Kind.FAILED, reason(child(testcase, failure)));
            }
        }
        Element skipped = child(testcase, "skipped");
        return skipped == null ? new Outcome(Kind.PASSED, "") : new Outcome(Kind.SKIPPED, reason(skipped));
    }

    private static Element child(Element parent, String name) {
        return (Element) parent.getElementsByTagName(name).item(0);
    }

    private static String reason(Element result) {
        String message = result.getAttribute("message");
        return (message.isEmpty() ? result.getTextContent() : message)
                .strip()
                .lines()
                .findFirst()
                .orElse("no reason given")
                .replaceFirst("^org.opentest4j.TestAbortedException: ", "")
                .replaceFirst("^Assumption failed: ", "");
    }
}
