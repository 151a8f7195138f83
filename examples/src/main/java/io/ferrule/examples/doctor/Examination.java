package io.ferrule.examples.doctor;

/** Looks at one matter. */
@FunctionalInterface
interface Examination {
    /** Records what it finds. What it throws becomes a problem of its own; what it found before stands. */
    void examine(Findings findings);
}
