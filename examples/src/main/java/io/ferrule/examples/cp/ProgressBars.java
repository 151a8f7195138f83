package io.ferrule.examples.cp;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows each stage of a copy as a bar on the terminal. Another thread draws it, a few times a second. */
final class ProgressBars implements Progress, AutoCloseable {
    private static final long MEGABYTE = 1_000_000;

    /**
     * Told, not asked of the terminal by the library's own means (jline): those take SIGINT away from the JVM, so that Ctrl-C would end the program
     * without its shutdown hooks.
     */
    private final int width;

    private @Nullable ProgressBar bar;

    /**
     * Bars on standard output.
     *
     * @param width of the terminal, in columns
     */
    ProgressBars(int width) {
        this.width = width;
    }

    @Override
    public void started(Stage stage, long total) {
        finish();
        bar = new ProgressBarBuilder()
                .setTaskName(stage == Stage.COPYING ? "copying  " : "verifying")
                .setInitialMax(total)
                .setUnit(" MB", MEGABYTE)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(System.out, width - 1))
                .build();
    }

    @Override
    public void reached(long position) {
        ProgressBar current = bar;
        if (current != null) {
            current.stepTo(position);
        }
    }

    /** Ends the bar being shown, so that other text may follow. */
    void finish() {
        ProgressBar current = bar;
        if (current != null) {
            current.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        finish();
    }
}
