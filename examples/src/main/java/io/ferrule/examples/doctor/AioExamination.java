package io.ferrule.examples.doctor;

import io.ferrule.sys.KernelFile;
import java.util.OptionalLong;

/** The kernel's own asynchronous I/O of before io_uring: how many requests it takes from the whole machine. */
final class AioExamination implements Examination {
    @Override
    public void examine(Findings findings) {
        OptionalLong most = Proc.number("/proc/sys/fs/aio-max-nr");
        OptionalLong used = Proc.number("/proc/sys/fs/aio-nr");
        findings.section("aio");
        fact(findings, "fs.aio-max-nr", most);
        fact(findings, "fs.aio-nr", used);
        if (most.isPresent() && used.isPresent() && used.getAsLong() > most.getAsLong() / 10 * 9) {
            findings.advice("Programs have reserved " + used.getAsLong() + " of the " + most.getAsLong()
                    + " requests that native AIO takes: the administrator may raise it, sysctl fs.aio-max-nr=1048576");
        }
    }

    private static void fact(Findings findings, String name, OptionalLong value) {
        if (value.isPresent()) {
            findings.fact(name, value.getAsLong());
        } else {
            findings.fact(name, KernelFile.UNKNOWN);
        }
    }
}
