package io.ferrule.benchmarks;

import io.ferrule.benchmarks.epoll.EpollWorks;
import io.ferrule.benchmarks.file.CopyWorks;
import io.ferrule.benchmarks.file.LayerWorks;
import io.ferrule.benchmarks.file.ReadWorks;
import io.ferrule.benchmarks.file.VirtualReadWorks;
import io.ferrule.benchmarks.file.WriteWorks;
import io.ferrule.benchmarks.harness.Work;
import io.ferrule.benchmarks.net.EchoWorks;
import io.ferrule.benchmarks.net.HttpWorks;
import io.ferrule.benchmarks.process.MemoryWorks;
import io.ferrule.benchmarks.process.SystemCallWorks;
import io.ferrule.benchmarks.ring.NopWorks;
import io.ferrule.benchmarks.startup.StartWorks;
import java.util.List;
import java.util.stream.Stream;

/** All there is to measure. */
final class Works {
    private Works() {}

    static List<Work> all() {
        return Stream.of(
                        NopWorks.all(),
                        ReadWorks.all(),
                        LayerWorks.all(),
                        VirtualReadWorks.all(),
                        WriteWorks.all(),
                        CopyWorks.all(),
                        EpollWorks.all(),
                        EchoWorks.all(),
                        HttpWorks.all(),
                        SystemCallWorks.all(),
                        MemoryWorks.all(),
                        StartWorks.all())
                .flatMap(List::stream)
                .toList();
    }
}
