/**
 * {@code compare}: the same work on every driver, side by side, as a table, JSON and a page with charts.
 *
 * <p>Read {@link io.ferrule.examples.compare.Workload} first: what is done. {@link io.ferrule.examples.compare.Worker} does it, in a process for each
 * driver; {@link io.ferrule.examples.compare.Comparison} has the workers take turns, and keeps what came of it in {@link
 * io.ferrule.examples.compare.Results}.
 */
@NullMarked
package io.ferrule.examples.compare;

import org.jspecify.annotations.NullMarked;
