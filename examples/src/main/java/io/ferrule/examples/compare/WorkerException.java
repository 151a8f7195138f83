package io.ferrule.examples.compare;

/** A worker did not do what it was asked to. */
final class WorkerException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Outcome.State state;

    /**
     * Why not.
     *
     * @param reason in words
     */
    WorkerException(Outcome.State state, String reason) {
        super(reason);
        this.state = state;
    }

    Outcome.State state() {
        return state;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
