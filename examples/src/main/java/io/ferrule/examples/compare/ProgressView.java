package io.ferrule.examples.compare;

import java.io.PrintWriter;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how far a comparison is: as a bar on a terminal, otherwise as a line for each round. */
final class ProgressView implements Comparison.Progress, AutoCloseable {
    private final PrintWriter out;
    private final int rounds;
    private final @Nullable ProgressBar bar;

    /**
     * Begins to show.
     *
     * @param width of the terminal in columns; 0 when there is none
     */
    ProgressView(PrintWriter out, int rounds, int width) {
        this.out = out;
        this.rounds = rounds;
        this.bar = width == 0 ? null : bar(width);
    }

    private static ProgressBar bar(int width) {
        return new ProgressBarBuilder()
                .setTaskName("comparing")
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, width - 1))
                .build();
    }

    @Override
    public void at(Workload workload, int round) {
        String where = workload.name() + ", round " + (round + 1) + " of " + rounds;
        if (bar == null) {
            out.println(where);
            out.flush();
        } else {
            bar.setExtraMessage(where);
        }
    }

    @Override
    public void turns(int done, int all) {
        if (bar != null) {
            bar.maxHint(all);
            bar.stepTo(done);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
