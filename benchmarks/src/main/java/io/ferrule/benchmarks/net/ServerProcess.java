package io.ferrule.benchmarks.net;

import io.ferrule.benchmarks.harness.JavaMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/** How a server that runs in this JVM talks with who started it: tells its port, answers questions, and ends with its standard input. */
final class ServerProcess {
    private ServerProcess() {}

    /** Does not return. */
    static void serve(int port) throws IOException {
        System.out.println("port " + port);
        try (BufferedReader questions = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                System.out.println(JavaMemory.answer(line));
            }
        }
        Runtime.getRuntime().halt(0); // whatever its threads are at
    }
}
