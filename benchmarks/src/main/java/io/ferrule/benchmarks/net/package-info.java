/** Servers that are measured, ours and others', and what is laid side by side of them. Each server is a process; the load is {@code net.elf}, the same for all. */
package io.ferrule.benchmarks.net;
