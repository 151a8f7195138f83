/** Readiness: waiting for many descriptors, and finding out which it was. */
package io.ferrule.benchmarks.epoll;
