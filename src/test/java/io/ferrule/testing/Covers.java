package io.ferrule.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The parts of the kernel's interface that a test exercises, under the names of the headers: opcodes, register opcodes, set-up flags, features,
 * and flags of entries, completions and entering. On a class it counts for each of its tests. {@code make coverage} reads it; a name that no
 * header has is an error there.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Covers {
    String[] value();

    /** What little of it the test sees, such as a refusal, where no more can be had; empty when it sees it work. */
    String butOnly() default "";
}
