/**
 * The ring: io_uring's submission and completion queues as plain objects. A product in its own right, for authors of I/O frameworks: it enforces
 * ownership, use after close, a full queue and overflow; that memory lives until the last completion is the caller's to see to.
 */
package io.ferrule.uring;
