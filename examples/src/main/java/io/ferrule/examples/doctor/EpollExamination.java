package io.ferrule.examples.doctor;

import io.ferrule.epoll.Epoll;
import io.ferrule.sys.KernelFile;
import java.io.IOException;

/** Whether epoll works, and how exactly it times its waits. */
final class EpollExamination implements Examination {
    @Override
    public void examine(Findings findings) {
        findings.section("epoll");
        try (Epoll epoll = Epoll.open()) {
            epoll.await(1); // for a time, or it would not show how times are told
            findings.fact("state", "works");
            boolean exact = epoll.hasNanosecondTimeouts();
            findings.fact(
                    "epoll_pwait2",
                    exact,
                    exact ? "yes: waits are timed in nanoseconds" : "no: waits are rounded up to milliseconds");
        } catch (IOException e) {
            findings.fact("state", String.valueOf(e.getMessage()));
            findings.essential("epoll does not work: " + e.getMessage()
                    + ". Every Linux has it: look for a sandbox that forbids epoll_create1, epoll_ctl or epoll_pwait");
        } catch (UnsatisfiedLinkError | IllegalCallerException e) {
            findings.fact("state", "HELPER_LIBRARY", "not available: the helper library is not loaded");
        }
        findings.fact("fs.epoll.max_user_watches", KernelFile.text("/proc/sys/fs/epoll/max_user_watches"));
    }
}
