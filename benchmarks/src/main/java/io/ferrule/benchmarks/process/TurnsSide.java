package io.ferrule.benchmarks.process;

import io.ferrule.benchmarks.harness.Dialogue;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.JavaProgram;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.SystemCallCounter;
import io.ferrule.benchmarks.harness.TwinSide;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The system calls of a program that does turns, in Java ({@link Turns}) or in C, for each operation.
 *
 * @param operations in a turn
 */
record TurnsSide(String name, List<String> command, int operations) implements Side {
    /** So many that what a JVM does beside them does not count. */
    private static final int TURNS = 10_000;

    static List<String> java(String work, int count, String... further) {
        List<String> arguments = new ArrayList<>(List.of(work, String.valueOf(count)));
        arguments.addAll(List.of(further));
        return JavaProgram.command(Turns.class, arguments.toArray(String[]::new));
    }

    static List<String> twin(String... work) {
        List<String> command = new ArrayList<>(List.of(TwinSide.program().toString(), "turns"));
        command.addAll(List.of(work));
        return command;
    }

    @Override
    public double round(Effort effort) throws IOException {
        try (Dialogue program = Dialogue.start(command)) {
            program.hear("ready");
            turn(program);
            try (SystemCallCounter counter = new SystemCallCounter(program.pid())) {
                turn(program);
                return counter.end() / ((double) TURNS * operations);
            }
        }
    }

    private static void turn(Dialogue program) throws IOException {
        program.tell(String.valueOf(TURNS));
        program.hear("done");
    }
}
