package io.ferrule.examples.doctor;

import java.util.ArrayList;
import java.util.List;

/** What the examinations find: facts in sections, and problems with what to do about them. */
final class Findings {
    private final List<Section> sections = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    /** The facts about one matter. */
    record Section(String title, List<Fact> facts) {}

    /**
     * One fact.
     *
     * @param value for programs: a string, number or boolean, or a list or map of them
     * @param text for people
     */
    record Fact(String name, Object value, String text) {}

    /**
     * Something that is not as it could be.
     *
     * @param text what, and what to do about it
     * @param essential whether io_uring or epoll does not work for it
     */
    record Problem(String text, boolean essential) {}

    /** Begins a section; the facts that follow are in it. */
    void section(String title) {
        sections.add(new Section(title, new ArrayList<>()));
    }

    void fact(String name, Object value, String text) {
        sections.getLast().facts().add(new Fact(name, value, text));
    }

    /** A fact that is its own text. */
    void fact(String name, Object value) {
        fact(name, value, value.toString());
    }

    /** Something without which io_uring or epoll does not work. */
    void essential(String problem) {
        problems.add(new Problem(problem, true));
    }

    /** Something that could be better. */
    void advice(String problem) {
        problems.add(new Problem(problem, false));
    }

    List<Section> sections() {
        return sections;
    }

    List<Problem> problems() {
        return problems;
    }

    boolean healthy() {
        return problems.stream().noneMatch(Problem::essential);
    }
}
