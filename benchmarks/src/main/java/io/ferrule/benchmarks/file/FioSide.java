package io.ferrule.benchmarks.file;

import com.google.gson.JsonParser;
import io.ferrule.benchmarks.harness.ChildProcess;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** fio, if it is installed, on io_uring. It tells the mean of its whole time, and its clock and statistics are in it. */
record FioSide(int depth, boolean direct, boolean fixed) implements Side {
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public String name() {
        return "fio";
    }

    @Override
    public double round(Effort effort) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "fio",
                "--name=reads",
                "--output-format=json",
                "--filename=" + BlockFile.path(),
                "--rw=randread",
                "--bs=" + BlockFile.BLOCK,
                "--norandommap",
                "--invalidate=0",
                "--ioengine=io_uring",
                "--registerfiles=1",
                "--gtod_reduce=1",
                "--iodepth=" + depth,
                "--iodepth_batch_submit=" + depth,
                "--iodepth_batch_complete_min=" + depth,
                "--direct=" + (direct ? 1 : 0),
                "--fixedbufs=" + (fixed ? 1 : 0),
                "--time_based",
                "--runtime=" + Math.max(1, effort.measuring().toSeconds())));
        String json = String.join("\n", ChildProcess.run(command));
        double perSecond = JsonParser.parseString(json.substring(json.indexOf('{')))
                .getAsJsonObject()
                .getAsJsonArray("jobs")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("read")
                .get("iops")
                .getAsDouble();
        return NANOS_PER_SECOND / perSecond;
    }
}
