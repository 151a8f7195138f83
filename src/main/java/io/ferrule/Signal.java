package io.ferrule;

import org.jspecify.annotations.Nullable;

/** Signals, by their names without SIG. {@link Loop#signals} takes those that nobody else needs. */
public enum Signal {
    /** The terminal is gone; by custom: read the configuration again. The JVM ends on it, unless it is taken. */
    HUP(1),
    /** Ctrl-C. The JVM ends on it, unless it is taken. */
    INT(2),
    /** Ctrl-\. */
    QUIT(3, "the JVM prints its threads on it"),
    /** An illegal instruction. */
    ILL(4, "the JVM runs Java code with it"),
    /** A breakpoint. */
    TRAP(5, "the JVM runs Java code with it"),
    /** The process gives up. */
    ABRT(6, "the process is about to die of it"),
    /** Memory that is not there, such as of a truncated file. */
    BUS(7, "the JVM runs Java code with it"),
    /** A division by zero. */
    FPE(8, "the JVM runs Java code with it"),
    /** The end. */
    KILL(9, "no process can do anything about it"),
    /** For programs to use as they like. */
    USR1(10),
    /** Memory that may not be accessed. */
    SEGV(11, "the JVM runs Java code with it"),
    /** For programs to use as they like; but not in a JVM. */
    USR2(12, "the JVM stops its threads with it"),
    /** Nobody reads the pipe any more. */
    PIPE(13, "the JVM ignores it, so that writing fails with an error"),
    /** A timer of {@code alarm}. */
    ALRM(14),
    /** A request to end. The JVM ends on it, unless it is taken. */
    TERM(15),
    /** A child has ended or stopped. */
    CHLD(17),
    /** Goes on after a stop. */
    CONT(18),
    /** Stops the process. */
    STOP(19, "no process can do anything about it"),
    /** Ctrl-Z. */
    TSTP(20),
    /** A process in the background reads from the terminal. */
    TTIN(21),
    /** A process in the background writes to the terminal. */
    TTOU(22),
    /** Urgent data on a socket. */
    URG(23),
    /** The limit of processor time is reached. */
    XCPU(24),
    /** The limit of a file's size is reached. */
    XFSZ(25, "the JVM ignores it, so that writing fails with an error"),
    /** A timer of the process's time. Profilers use it. */
    VTALRM(26),
    /** A timer of the process's and the kernel's time. Profilers use it. */
    PROF(27),
    /** The terminal has another size. */
    WINCH(28),
    /** A descriptor is ready, where that was asked for. */
    IO(29),
    /** Power fails. */
    PWR(30),
    /** A system call that is forbidden. */
    SYS(31, "it says that a system call was forbidden, and cannot go on");

    private final int number;
    private final @Nullable String refusal;

    Signal(int number) {
        this(number, null);
    }

    Signal(int number, @Nullable String refusal) {
        this.number = number;
        this.refusal = refusal;
    }

    /** The kernel's number for it, the same on every architecture we know. */
    public int number() {
        return number;
    }

    /** Why it cannot be had; null when it can. */
    @Nullable
    String refusal() {
        return refusal;
    }
}
