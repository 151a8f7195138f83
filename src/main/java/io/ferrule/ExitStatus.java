package io.ferrule;

/**
 * How a process ended.
 *
 * @param kind which of the ways
 * @param number the exit code, or the signal's number; 0 when it is not known
 */
public record ExitStatus(Kind kind, int number) {
    /** It has ended, and the kernel tells no more to anyone but its parent. */
    public static final ExitStatus UNKNOWN = new ExitStatus(Kind.UNKNOWN, 0);

    /** Ways to end. */
    public enum Kind {
        /** It called {@code exit}, or returned from its main function. */
        EXITED,
        /** A signal ended it. */
        KILLED,
        /** Somehow. */
        UNKNOWN
    }

    /** Whether it is known to have ended with exit code 0. */
    public boolean isSuccess() {
        return kind == Kind.EXITED && number == 0;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case EXITED -> "exited with " + number;
            case KILLED -> "killed by signal " + number;
            case UNKNOWN -> "ended";
        };
    }
}
