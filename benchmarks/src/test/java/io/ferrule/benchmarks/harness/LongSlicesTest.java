package io.ferrule.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LongSlicesTest {
    private Effort seen;

    private final Side side = new Side() {
        @Override
        public String name() {
            return "side";
        }

        @Override
        public double round(Effort effort) {
            seen = effort;
            return 0;
        }
    };

    @Test
    void itMeasuresAsLongInFewerSlices() throws Exception {
        new LongSlices(side, 50).round(Effort.FULL);

        assertThat(seen.sliceMillis()).isEqualTo(50);
        assertThat(seen.measuring()).isEqualTo(Effort.FULL.measuring());
    }

    @Test
    void itWarmsUpAsLong() throws Exception {
        new LongSlices(side, 50).round(Effort.FULL);

        assertThat(seen.warmupSlices() * seen.warmupSliceMillis())
                .isEqualTo(Effort.FULL.warmupSlices() * Effort.FULL.warmupSliceMillis());
    }

    @Test
    void itMeasuresLongerWhereSoManySlicesAreWanted() throws Exception {
        new LongSlices(side, 50, 20).round(Effort.QUICK);

        assertThat(seen.slices()).isEqualTo(20);
    }
}
