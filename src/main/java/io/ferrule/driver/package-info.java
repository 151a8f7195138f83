/**
 * I/O models behind one contract, {@link io.ferrule.driver.Driver}: take an operation, deliver its completion. Programs use the layer above, {@code
 * io.ferrule}, and choose a driver by name; this package is for those who write one.
 */
@NullMarked
package io.ferrule.driver;

import org.jspecify.annotations.NullMarked;
