package io.ferrule.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorksTest {
    @Test
    void aRowIsNamedOnce() {
        assertThat(Works.all().stream().flatMap(WorksTest::rows)).doesNotHaveDuplicates();
    }

    @Test
    void theShortRunHasSomethingOfEachWorkThatRunsInOneProcess() {
        List<String> quick = Works.all().stream()
                .filter(Work::quick)
                .map(Work::name)
                .distinct()
                .toList();

        assertThat(quick).contains("nop", "read", "layer", "virtualReads", "write", "copy", "epoll");
    }

    private static Stream<String> rows(Work work) {
        return work.others().stream().map(Side::name).map(other -> work.name() + work.params() + other);
    }
}
