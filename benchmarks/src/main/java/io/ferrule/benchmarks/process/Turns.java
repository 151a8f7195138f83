package io.ferrule.benchmarks.process;

import io.ferrule.benchmarks.file.AsynchronousChannelReads;
import io.ferrule.benchmarks.file.FileChannelReads;
import io.ferrule.benchmarks.file.JasyncfioReads;
import io.ferrule.benchmarks.file.LwjglReads;
import io.ferrule.benchmarks.file.ReadBenchmark;
import io.ferrule.benchmarks.harness.JavaMemory;
import io.ferrule.benchmarks.ring.LwjglNops;
import io.ferrule.benchmarks.ring.NopBenchmark;
import io.ferrule.benchmarks.ring.Rings;
import io.ferrule.uring.IoUring;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code Turns WORK COUNT [sqpoll]}: takes a number on a line of standard input, does so many turns of the work, and answers "done", again and again: for
 * figures that are not times. Answers the questions of {@link JavaMemory} too. Its twin in C: {@code twin.elf turns}.
 */
public final class Turns {
    static final String NOP = "nop";
    static final String LWJGL_NOP = "lwjgl-nop";
    static final String READ = "read";
    static final String LWJGL_READ = "lwjgl-read";
    static final String FILE_CHANNEL = "filechannel-read";
    static final String ASYNCHRONOUS_CHANNEL = "asynchronousfilechannel-read";
    static final String JASYNCFIO = "jasyncfio-read";
    static final String RING = "ring";

    private Turns() {}

    /** What is done again and again. */
    private interface Turn {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Turn turn = open(arguments[0], Integer.parseInt(arguments[1]), arguments.length > 2);
        System.out.println("ready");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(Character.isDigit(line.charAt(0)) ? done(turn, line) : JavaMemory.answer(line));
            }
        }
        Runtime.getRuntime().halt(0); // whatever its threads are at
    }

    private static String done(Turn turn, String times) throws Exception {
        for (int left = Integer.parseInt(times); left > 0; left--) {
            turn.run();
        }
        return "done";
    }

    private static Turn open(String work, int count, boolean sqPoll) throws Exception {
        return switch (work) {
            case NOP -> {
                NopBenchmark nops = new NopBenchmark();
                nops.batch = count;
                nops.sqPoll = sqPoll;
                nops.open();
                yield nops::turn;
            }
            case LWJGL_NOP -> {
                LwjglNops nops = new LwjglNops();
                nops.batch = count;
                nops.sqPoll = sqPoll;
                nops.open();
                yield nops::turn;
            }
            case READ -> {
                ReadBenchmark reads = new ReadBenchmark();
                reads.depth = count;
                reads.open();
                yield reads::turn;
            }
            case LWJGL_READ -> {
                LwjglReads reads = new LwjglReads();
                reads.depth = count;
                reads.open();
                yield reads::turn;
            }
            case FILE_CHANNEL -> {
                FileChannelReads reads = new FileChannelReads();
                reads.depth = count;
                reads.open();
                yield reads::turn;
            }
            case ASYNCHRONOUS_CHANNEL -> {
                AsynchronousChannelReads reads = new AsynchronousChannelReads();
                reads.depth = count;
                reads.open();
                yield reads::turn;
            }
            case JASYNCFIO -> {
                JasyncfioReads reads = new JasyncfioReads();
                reads.depth = count;
                reads.open();
                yield reads::turn;
            }
            case RING -> rings();
            default -> throw new IllegalArgumentException("no work is called " + work);
        };
    }

    /** Each turn opens one more, and keeps it. What the count says does not matter. */
    private static Turn rings() {
        List<IoUring> rings = new ArrayList<>();
        return () -> rings.add(IoUring.open(Rings.ENTRIES));
    }
}
