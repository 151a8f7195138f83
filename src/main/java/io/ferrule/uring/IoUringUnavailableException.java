package io.ferrule.uring;

import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * There is no ring to be had. {@link #reason()} tells a program why; the message tells a person, with the evidence and with what to do.
 */
public final class IoUringUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The system property that turns io_uring off: {@code -Dferrule.uring=off}. */
    public static final String SWITCH_PROPERTY = "ferrule.uring";

    /** The environment variable that turns io_uring off: {@code FERRULE_URING=off}. */
    public static final String SWITCH_VARIABLE = "FERRULE_URING";

    /** Why there is no ring. */
    public enum Reason {
        /** By {@link #SWITCH_PROPERTY} or {@link #SWITCH_VARIABLE}. */
        TURNED_OFF,
        /** The helper library could not be loaded. */
        HELPER_LIBRARY,
        /** The kernel does not have it (ENOSYS): older than Linux 5.1, or built without. */
        NOT_IN_KERNEL,
        /** {@code kernel.io_uring_disabled} is 2: nobody may. */
        SYSCTL_DISABLED,
        /** {@code kernel.io_uring_disabled} is 1: this user may not. */
        SYSCTL_UNPRIVILEGED,
        /** A sandbox refuses (EPERM while the sysctl allows it): a container's seccomp profile, most often. */
        SANDBOX,
        /** A security module refuses (EACCES): SELinux, AppArmor. */
        SECURITY_MODULE,
        /** The ring does not fit the memory-lock limit (ENOMEM). */
        MEMORY_LOCK_LIMIT,
        /** The machine or the control group is out of memory (ENOMEM with no memory-lock limit). */
        OUT_OF_MEMORY,
        /** No file descriptor is left (EMFILE, ENFILE). */
        DESCRIPTOR_LIMIT,
        /** The kernel has no such flag, among those asked for (EINVAL). */
        FLAG_NOT_SUPPORTED,
        /** Something else: the message has the kernel's words. */
        OTHER
    }

    private final Reason reason;
    private final int number;

    private IoUringUnavailableException(Reason reason, int number, String what, String fix, @Nullable Throwable cause) {
        super("io_uring is not available: " + what + ". " + fix, cause);
        this.reason = reason;
        this.number = number;
    }

    /** Why there is no ring. */
    public Reason reason() {
        return reason;
    }

    /** The kernel's error, or null where it was not asked. */
    public @Nullable Errno errno() {
        return Errno.of(number);
    }

    static void throwIfTurnedOff() throws IoUringUnavailableException {
        for (String setting : new String[] {SWITCH_PROPERTY, SWITCH_VARIABLE}) {
            String value = setting.equals(SWITCH_PROPERTY) ? System.getProperty(setting) : System.getenv(setting);
            if ("off".equalsIgnoreCase(value)) {
                throw new IoUringUnavailableException(
                        Reason.TURNED_OFF, 0, setting + "=off turns it off", "Take that setting away to use it", null);
            }
        }
    }

    static IoUringUnavailableException noHelper(UnsatisfiedLinkError error) {
        return new IoUringUnavailableException(
                Reason.HELPER_LIBRARY,
                0,
                "the helper library could not be loaded",
                String.valueOf(error.getMessage()),
                error);
    }

    /** What a failed {@code io_uring_setup} means on this machine. */
    static IoUringUnavailableException of(int result, int entries, RingOptions options) {
        Errno errno = Errno.of(result);
        String refusal = "io_uring_setup answered " + ErrnoException.describe(result);
        if (errno == null) {
            return new IoUringUnavailableException(
                    Reason.OTHER, result, refusal, "The kernel gives no such error; a tracer or sandbox may", null);
        }
        SystemFacts facts = SystemFacts.read();
        return switch (errno) {
            case EPERM -> notPermitted(result, refusal, facts);
            case ENOSYS -> noSuchCall(result, refusal, facts);
            case EACCES ->
                new IoUringUnavailableException(
                        Reason.SECURITY_MODULE,
                        result,
                        refusal + "; security modules: " + facts.securityModules(),
                        "Allow the io_uring class for this program's domain (SELinux: look for avc denials of class io_uring in the audit log,"
                                + " and allow its create, sqpoll and override_creds permissions as needed)",
                        null);
            case ENOMEM -> noMemory(result, entries, refusal, facts);
            case EMFILE, ENFILE ->
                new IoUringUnavailableException(
                        Reason.DESCRIPTOR_LIMIT,
                        result,
                        refusal,
                        errno == Errno.EMFILE
                                ? "Close descriptors, or raise this process's limit (ulimit -n, LimitNOFILE=), now "
                                        + facts.limit("Max open files")
                                : "The machine's limit is reached: raise the sysctl fs.file-max, or find who leaks descriptors",
                        null);
            case EINVAL -> invalid(result, refusal, options);
            case EBADF, ENXIO, EOPNOTSUPP ->
                new IoUringUnavailableException(
                        Reason.OTHER,
                        result,
                        refusal,
                        "The ring whose workers were to be shared is no longer open",
                        null);
            default ->
                new IoUringUnavailableException(
                        Reason.OTHER, result, refusal, "No known remedy: see io_uring_setup(2)", null);
        };
    }

    private static IoUringUnavailableException notPermitted(int result, String refusal, SystemFacts facts) {
        String sysctl = facts.ioUringDisabled();
        if (sysctl.equals("2")) {
            return new IoUringUnavailableException(
                    Reason.SYSCTL_DISABLED,
                    result,
                    refusal + "; kernel.io_uring_disabled is 2: this machine allows it to nobody",
                    "The administrator may set it: sysctl kernel.io_uring_disabled=0 (or 1, for privileged users and one group)",
                    null);
        }
        if (sysctl.equals("1")) {
            return new IoUringUnavailableException(
                    Reason.SYSCTL_UNPRIVILEGED,
                    result,
                    refusal
                            + "; kernel.io_uring_disabled is 1: this machine allows it to privileged users and to group "
                            + facts.ioUringGroup() + " (kernel.io_uring_group)",
                    "Run as a member of that group, let the administrator set kernel.io_uring_group to a group of yours,"
                            + " or kernel.io_uring_disabled to 0",
                    null);
        }
        return new IoUringUnavailableException(
                Reason.SANDBOX,
                result,
                refusal + "; the sysctl kernel.io_uring_disabled is " + sysctl + ", so a sandbox refuses it (seccomp: "
                        + facts.seccomp() + ")",
                "Add io_uring_setup, io_uring_enter and io_uring_register to the system calls that the container's seccomp profile allows;"
                        + " desktop container products block them whatever the profile says, there use epoll",
                null);
    }

    private static IoUringUnavailableException noSuchCall(int result, String refusal, SystemFacts facts) {
        boolean filtered = facts.seccompFilters();
        return new IoUringUnavailableException(
                filtered ? Reason.SANDBOX : Reason.NOT_IN_KERNEL,
                result,
                refusal + " on kernel " + System.getProperty("os.version")
                        + (filtered ? "; a seccomp filter is active and may answer so itself" : ""),
                filtered
                        ? "Add io_uring_setup, io_uring_enter and io_uring_register to the system calls that the container's seccomp profile allows;"
                                + " if the kernel is older than Linux 5.1, use epoll"
                        : "It needs Linux 5.1 or newer, built with CONFIG_IO_URING; use epoll on this one",
                null);
    }

    private static IoUringUnavailableException noMemory(int result, int entries, String refusal, SystemFacts facts) {
        String limit = facts.limit("Max locked memory");
        if (limit.equals("unlimited")) {
            return new IoUringUnavailableException(
                    Reason.OUT_OF_MEMORY,
                    result,
                    refusal + " for a ring of " + entries + " entries, and smaller ones",
                    "The machine or the control group is out of memory: free some, raise memory.max, or open fewer rings",
                    null);
        }
        return new IoUringUnavailableException(
                Reason.MEMORY_LOCK_LIMIT,
                result,
                refusal + " for a ring of " + entries + " entries, and smaller ones; this user's memory-lock limit is "
                        + limit + " bytes",
                "Raise it (ulimit -l, LimitMEMLOCK= in a systemd unit, --ulimit memlock= for a container), close rings, or ask for fewer entries",
                null);
    }

    private static IoUringUnavailableException invalid(int result, String refusal, RingOptions options) {
        Set<SetupFlag> missing = EnumSet.noneOf(SetupFlag.class);
        missing.addAll(options.wanted());
        missing.removeAll(SetupProbe.accepted());
        if (missing.isEmpty()) {
            return new IoUringUnavailableException(
                    Reason.OTHER,
                    result,
                    refusal + " for the flags " + options.wanted() + ", each of which this kernel has",
                    "They do not go together, or a size or a processor number is out of range: leave some out",
                    null);
        }
        return new IoUringUnavailableException(
                Reason.FLAG_NOT_SUPPORTED,
                result,
                "this kernel (" + System.getProperty("os.version") + ") has no " + missing,
                "Leave that out of RingOptions, or run a newer kernel: "
                        + String.join(
                                ", ",
                                missing.stream()
                                        .map(f -> f + " came with Linux " + f.since())
                                        .toList()),
                null);
    }
}
