/** Results as web pages: shared by {@code examples compare} and the benchmarks, in source, so that neither needs the other. */
package io.ferrule.pages;
