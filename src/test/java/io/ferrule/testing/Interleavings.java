package io.ferrule.testing;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Runs operations of a few threads in many different orders of their memory accesses, under Lincheck. A short dose by default, a long one where
 * {@code ferrule.interleavings} says how many scenarios to try.
 */
public final class Interleavings {
    private static final int SCENARIOS = Integer.getInteger("ferrule.interleavings", 3);
    private static final int ORDERS = 100;
    private static final int ORDERS_TO_FIND = 300;
    private static final int SCENARIOS_TO_FIND = 50;

    private Interleavings() {}

    /**
     * Tries them.
     *
     * @param operations a class with methods that are {@code @Operation}, and perhaps one that is {@code @Validate}
     */
    public static void check(Class<?> operations) {
        options(SCENARIOS, ORDERS).check(operations);
    }

    /** Tries more of them, until one is found that fails: for what is wrong on purpose. */
    public static void find(Class<?> operations) {
        options(SCENARIOS_TO_FIND, ORDERS_TO_FIND).check(operations);
    }

    private static ModelCheckingOptions options(int scenarios, int orders) {
        return new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(scenarios)
                .invocationsPerIteration(orders);
    }
}
