/** Small programs that people run, built on the library: {@link io.ferrule.examples.Main} is their common entry. */
@NullMarked
package io.ferrule.examples;

import org.jspecify.annotations.NullMarked;
