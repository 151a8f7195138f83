package io.ferrule.uring;

/** Takes completions one by one, as primitives, so that nothing is allocated. */
@FunctionalInterface
public interface CompletionHandler {
    /**
     * A completion.
     *
     * @param userData what the request was given
     * @param res its result: a negative errno on failure, otherwise what the operation says
     * @param flags {@code IORING_CQE_F_...}
     */
    void completed(long userData, int res, int flags);
}
