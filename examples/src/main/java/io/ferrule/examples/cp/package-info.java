/** {@code cp}: copies a file through a ring. {@link io.ferrule.examples.cp.Copier} does it, {@link io.ferrule.examples.cp.CpCommand} talks to people. */
@NullMarked
package io.ferrule.examples.cp;

import org.jspecify.annotations.NullMarked;
