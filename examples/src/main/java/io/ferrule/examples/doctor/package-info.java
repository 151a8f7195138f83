/** {@code doctor}: what this machine offers for I/O, and what to do where it offers less than it could. */
@NullMarked
package io.ferrule.examples.doctor;

import org.jspecify.annotations.NullMarked;
