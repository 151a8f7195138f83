/** Programs that end with their first completion: a class each, so that none loads what another needs. */
package io.ferrule.benchmarks.startup;
