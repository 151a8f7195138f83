package io.ferrule.benchmarks.file;

import com.google.gson.JsonParser;
import io.ferrule.benchmarks.harness.ChildProcess;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * fio, if it is installed, on io_uring. It tells the mean of its whole time, and its clock and statistics are in it.
 *
 * @param kind of its statistics: "read" or "write"
 * @param options of what to do
 */
record FioSide(Path file, int depth, String kind, List<String> options) implements Side {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Random reads. */
    static FioSide reads(int depth, boolean direct, boolean fixed) {
        return new FioSide(
                BlockFile.path(),
                depth,
                "read",
                List.of(
                        "--rw=randread",
                        "--bs=" + BlockFile.BLOCK,
                        "--norandommap",
                        "--direct=" + (direct ? 1 : 0),
                        "--fixedbufs=" + (fixed ? 1 : 0)));
    }

    /** Sequential writes, and an fsync after so many. */
    static FioSide writes(int run, int bytes, boolean direct) {
        return new FioSide(
                LogFile.path(),
                run,
                "write",
                List.of("--rw=write", "--bs=" + bytes, "--fsync=" + run, "--direct=" + (direct ? 1 : 0)));
    }

    @Override
    public String name() {
        return "fio";
    }

    @Override
    public double round(Effort effort) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "fio",
                "--name=blocks",
                "--output-format=json",
                "--filename=" + file,
                "--invalidate=0",
                "--ioengine=io_uring",
                "--registerfiles=1",
                "--gtod_reduce=1",
                "--iodepth=" + depth,
                "--iodepth_batch_submit=" + depth,
                "--iodepth_batch_complete_min=" + depth,
                "--time_based",
                "--runtime=" + Math.max(1, effort.measuring().toSeconds())));
        command.addAll(options);
        String json = String.join("\n", ChildProcess.run(command));
        double perSecond = JsonParser.parseString(json.substring(json.indexOf('{')))
                .getAsJsonObject()
                .getAsJsonArray("jobs")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject(kind)
                .get("iops")
                .getAsDouble();
        return NANOS_PER_SECOND / perSecond;
    }
}
