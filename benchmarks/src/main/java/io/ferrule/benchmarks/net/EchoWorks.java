package io.ferrule.benchmarks.net;

import io.ferrule.benchmarks.harness.JavaProgram;
import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Bytes to a server and back over TCP, on each connection again and again. */
public final class EchoWorks {
    private static final int BUFFER = 16 << 10;
    private static final int SMALL = 64;

    private EchoWorks() {}

    public static List<Work> all() {
        List<Work> works = new ArrayList<>();
        for (int bytes : new int[] {SMALL, 16 << 10}) {
            for (int connections : new int[] {1, 64, 1000}) {
                boolean quick = bytes == SMALL && connections == 64;
                List<Served> others = others(connections, bytes);
                works.add(work("echo", EchoServers.OURS + "uring", connections, bytes, quick, others));
                works.add(work("echoRing", EchoServers.RING, connections, bytes, false, others.subList(0, 1)));
            }
        }
        return works;
    }

    private static Work work(String name, String ours, int connections, int bytes, boolean quick, List<Served> others) {
        Work work = new Work(
                name,
                Map.of("connections", connections, "bytes", bytes),
                Unit.NANOS_PER_OPERATION,
                quick,
                Work.Preparation.NONE,
                java(JmhSide.FERRULE, ours, connections, bytes),
                others);
        return work.and(Served.processorTime(name));
    }

    /** The first is the twin of the bare ring. */
    private static List<Served> others(int connections, int bytes) {
        return List.of(
                twin(TwinSide.LIBURING, "echo-uring", connections, bytes),
                twin("C epoll", "echo-epoll", connections, bytes),
                java("Netty io_uring", EchoServers.NETTY_URING, connections, bytes),
                java("Netty epoll", EchoServers.NETTY_EPOLL, connections, bytes),
                java("Selector", EchoServers.SELECTOR, connections, bytes),
                java("virtual threads", EchoServers.VIRTUAL, connections, bytes));
    }

    /** What the servers' system calls are for each answer, under this name. */
    public static List<Work> systemCalls(String name) {
        return IntStream.of(1, 64, 1000)
                .mapToObj(connections -> new Work(
                        name,
                        Map.of("of", "echo", "connections", connections, "bytes", SMALL),
                        Unit.SYSTEM_CALLS_PER_OPERATION,
                        connections == 64,
                        Work.Preparation.NONE,
                        new ServedCalls(java(JmhSide.FERRULE, EchoServers.OURS + "uring", connections, SMALL)),
                        others(connections, SMALL).stream()
                                .map(ServedCalls::new)
                                .toList()))
                .toList();
    }

    /** What a server has in memory for a connection that has nothing to say, under this name. */
    public static Work memory(String name) {
        return new Work(
                name,
                Map.of("of", "idle connection"),
                Unit.BYTES,
                true,
                Work.Preparation.NONE,
                new IdleMemory(java(JmhSide.FERRULE, EchoServers.OURS + "uring", 1, SMALL)),
                others(1, SMALL).stream().map(IdleMemory::new).toList());
    }

    private static Served twin(String name, String command, int connections, int bytes) {
        return side(name, List.of(Served.program(), command, String.valueOf(BUFFER)), false, connections, bytes);
    }

    private static Served java(String name, String kind, int connections, int bytes) {
        List<String> command = JavaProgram.command(EchoServers.class, kind, String.valueOf(BUFFER));
        return side(name, command, true, connections, bytes);
    }

    private static Served side(String name, List<String> server, boolean warms, int connections, int bytes) {
        return new Served(
                name,
                server,
                warms,
                warms,
                "echo-load",
                List.of(String.valueOf(connections), String.valueOf(bytes)),
                connections);
    }
}
