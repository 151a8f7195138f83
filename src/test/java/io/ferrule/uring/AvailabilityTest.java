package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import io.ferrule.testing.Strace;
import io.ferrule.uring.IoUringUnavailableException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No ring to be had: one typed exception says why, and what to do about it. The refusals are made by strace, by limits, and by the switch. */
@Tag("subprocess")
@Timeout(120)
class AvailabilityTest {
    private static final String SYSCALLS = "io_uring_setup, io_uring_enter and io_uring_register";
    private static final String DISABLED = "/proc/sys/kernel/io_uring_disabled";
    private static final int NOBODY = 65_534;

    @TempDir
    Path directory;

    /** Opens a ring and says what came of it. */
    static class Open {
        public static void main(String[] args) throws IOException {
            try (IoUring ring = IoUring.open(64)) {
                ring.sq().next().nop();
                ring.submitAndWait(1);
                System.out.println("works");
            } catch (IoUringUnavailableException e) {
                System.out.println(e.reason() + " " + e.errno() + " " + e.getMessage());
            }
        }
    }

    @Test
    void aSandboxThatAnswersEperm() throws Exception {
        assertThat(refused("EPERM"))
                .startsWith(Reason.SANDBOX + " " + Errno.EPERM)
                .contains("kernel.io_uring_disabled is 0, so a sandbox refuses it (seccomp: ")
                .contains("Add " + SYSCALLS + " to the system calls that the container's seccomp profile allows")
                .contains("desktop container products block them whatever the profile says, there use epoll");
    }

    @Test
    void aMachineThatAllowsItToNobody() throws Exception {
        assertThat(refused("EPERM", "2"))
                .startsWith(Reason.SYSCTL_DISABLED + " " + Errno.EPERM)
                .contains("kernel.io_uring_disabled is 2: this machine allows it to nobody")
                .contains("sysctl kernel.io_uring_disabled=0");
    }

    @Test
    void aMachineThatAllowsItToPrivilegedUsers() throws Exception {
        assertThat(refused("EPERM", "1"))
                .startsWith(Reason.SYSCTL_UNPRIVILEGED + " " + Errno.EPERM)
                .contains("kernel.io_uring_disabled is 1")
                .contains("(kernel.io_uring_group)")
                .contains("Run as a member of that group");
    }

    @Test
    void aKernelWithoutIt() throws Exception {
        assertThat(refused("ENOSYS"))
                .containsAnyOf(
                        Reason.NOT_IN_KERNEL + " " + Errno.ENOSYS,
                        Reason.SANDBOX + " " + Errno.ENOSYS) // in a container
                .contains(System.getProperty("os.version"))
                .contains("Linux 5.1")
                .contains("use epoll");
    }

    @Test
    void aSecurityModule() throws Exception {
        assertThat(refused("EACCES"))
                .startsWith(Reason.SECURITY_MODULE + " " + Errno.EACCES)
                .contains("Allow the io_uring class for this program's domain")
                .contains("avc denials");
    }

    @Test
    void noMemory() throws Exception {
        assertThat(refused("ENOMEM"))
                .containsAnyOf(Reason.MEMORY_LOCK_LIMIT.name(), Reason.OUT_OF_MEMORY.name())
                .contains("for a ring of 64 entries, and smaller ones");
    }

    @Test
    void noMemoryWithoutALimit() throws Exception {
        Probes.need("the right to raise the memory-lock limit", "prlimit", "--memlock=unlimited:unlimited", "true");
        assertThat(refusedUnder("ENOMEM", "prlimit", "--memlock=unlimited:unlimited"))
                .startsWith(Reason.OUT_OF_MEMORY + " " + Errno.ENOMEM)
                .contains("free some, raise memory.max, or open fewer rings");
    }

    @Test
    void noDescriptorLeft() throws Exception {
        assertThat(refused("EMFILE"))
                .startsWith(Reason.DESCRIPTOR_LIMIT + " " + Errno.EMFILE)
                .contains("ulimit -n");
        assertThat(refused("ENFILE"))
                .startsWith(Reason.DESCRIPTOR_LIMIT + " " + Errno.ENFILE)
                .contains("fs.file-max");
    }

    @Test
    void anErrorThatNobodyExpects() throws Exception {
        assertThat(refused("EXDEV"))
                .startsWith(Reason.OTHER + " " + Errno.EXDEV)
                .contains("io_uring_setup answered EXDEV");
    }

    @Test
    void flagsThatAreRefusedAlthoughNoneIsMissing() throws Exception {
        assertThat(refused("EINVAL")).startsWith(Reason.OTHER + " " + Errno.EINVAL);
    }

    /** Memory of rings that were just closed comes back a moment later. */
    @Test
    void noMemoryForAMomentIsWaitedOut() throws Exception {
        assertThat(refused("ENOMEM:when=1..2")).isEqualTo("works\n");
    }

    @Test
    void theSwitchAsAProperty() throws Exception {
        Jvm.Result result =
                Jvm.onModulePath(Open.class).with("-Dferrule.uring=off").run();
        assertThat(result.out())
                .isEqualTo(
                        Reason.TURNED_OFF
                                + " null io_uring is not available: ferrule.uring=off turns it off. Take that setting away to use it\n");
    }

    @Test
    void theSwitchInTheEnvironment() throws Exception {
        Jvm.Result result =
                Jvm.onModulePath(Open.class).under("env", "FERRULE_URING=OFF").run();
        assertThat(result.out())
                .startsWith(Reason.TURNED_OFF + " null io_uring is not available: FERRULE_URING=off turns it off");
    }

    @Test
    void aSwitchThatIsOnChangesNothing() throws Exception {
        Jvm.Result result =
                Jvm.onModulePath(Open.class).with("-Dferrule.uring=on").run();
        assertThat(result.out()).isEqualTo("works\n");
    }

    @Test
    void noHelperLibrary() throws Exception {
        Jvm.Result result = Jvm.onModulePath(Open.class)
                .with("-Dferrule.library.path=/no/such/library.so")
                .run();
        assertThat(result.out())
                .startsWith(Reason.HELPER_LIBRARY + " null")
                .contains("the helper library could not be loaded")
                .contains("/no/such/library.so");
    }

    /** Rings until there is no more, from large to small, as the memory-lock limit allows. */
    static class Ladder {
        public static void main(String[] args) throws IOException {
            try (IoUring ring = IoUring.open(4096)) {
                System.out.println("asked for 4096, got " + ring.sq().entries());
            }
            List<IoUring> rings = new ArrayList<>();
            try {
                for (; ; ) {
                    rings.add(IoUring.open(128, RingOptions.defaults().minEntries(128)));
                }
            } catch (IoUringUnavailableException e) {
                System.out.println("after " + rings.size() + ": " + e.reason() + " " + e.getMessage());
            }
            for (IoUring ring : rings) {
                ring.sq().next().nop();
                ring.submitAndWait(1);
                ring.close();
            }
            System.out.println("all work");
        }
    }

    @Test
    void aSmallMemoryLockLimitGivesSmallerRingsAndThenAClearError() throws Exception {
        String[] unprivileged = {
            "prlimit",
            "--memlock=65536:65536",
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "--inh-caps=-all",
            "env",
            "HOME=/nonexistent"
        };
        List<String> probe = new ArrayList<>(List.of(unprivileged));
        probe.addAll(List.of("test", "-r", System.getProperty("ferrule.test.classes") + "/module-info.class"));
        Probes.need("the right to become another user, who can read the build", probe.toArray(String[]::new));
        Jvm.Result result = Jvm.onModulePath(Ladder.class).under(unprivileged).run();
        assertThat(result.out())
                .as(result.toString())
                .containsPattern("asked for 4096, got (16|32|64|128|256|512|1024)\n")
                .containsPattern("after [1-9]\\d*: " + Reason.MEMORY_LOCK_LIMIT)
                .contains("this user's memory-lock limit is 65536 bytes")
                .contains("Raise it (ulimit -l, LimitMEMLOCK= in a systemd unit, --ulimit memlock= for a container)")
                .endsWith("all work\n");
    }

    /** What a program is told when io_uring_setup answers with an error. */
    private static String refused(String error) throws Exception {
        return refusedUnder(error);
    }

    /** The same on a machine whose sysctl has this value: made of a file mounted over it, for the child only. */
    private String refused(String error, String disabled) throws Exception {
        Path file = Files.writeString(directory.resolve("sysctl"), disabled + "\n");
        Probes.need(
                "the right to mount in a namespace", "unshare", "--mount", "mount", "--bind", "/proc/stat", DISABLED);
        String script = "mount --bind " + file + " " + DISABLED + " && exec \"$@\"";
        return refusedUnder(error, "unshare", "--mount", "sh", "-c", script, "sh");
    }

    /** The same of a program that runs under a command of its own. */
    private static String refusedUnder(String error, String... command) throws Exception {
        Probes.needStrace();
        Strace strace = Strace.of("io_uring_setup").failing("io_uring_setup:error=" + error);
        Jvm.Result result = Jvm.onModulePath(Open.class)
                .under(command)
                .under(strace.command())
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        return result.out();
    }
}
