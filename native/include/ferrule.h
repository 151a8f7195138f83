/* What the helper library gives Java besides liburing itself. */
#ifndef FERRULE_H
#define FERRULE_H

#include <stdint.h>

#define FERRULE_API __attribute__((visibility("default")))

/* One system call, by the number in the ABI table. Returns the kernel's own answer: a negative errno on failure; the C errno is not touched. */
FERRULE_API long ferrule_syscall(long number, long a, long b, long c, long d, long e, long f);

/*
 * Reads from a file what is in the page cache, and does not wait for a device: preadv2 with RWF_NOWAIT, Linux 4.14. Bytes read, which may be fewer
 * than asked before the end of the file; 0 at its end; -EAGAIN when the first of them is not in memory; -EOPNOTSUPP where the file cannot tell.
 */
FERRULE_API long ferrule_read_cached(long descriptor, long address, long length, long offset);

/*
 * The ABI table: sizes, offsets and constants of this architecture as its C compiler sees them. Java reads it once, at load, and with one call, for each
 * shape of a call takes the JVM milliseconds. Entries of 16 bytes: a pointer to the name, and an int64_t; the last one's pointer is NULL.
 */
FERRULE_API const void *ferrule_abi_table(void);

/* Has a signal (1 to 64) counted, and 1 added to an eventfd for each, instead of what it did before. 0, -EBUSY when it is claimed, or -errno. */
FERRULE_API int ferrule_signal_claim(int signal, int eventfd);

/* How many of a claimed signal have come since this was asked last. */
FERRULE_API uint32_t ferrule_signal_take(int signal);

/* Has a claimed signal do again what it did before. When this returns, nothing uses the eventfd any more. */
FERRULE_API void ferrule_signal_release(int signal);

/* Has a signal that would end the process do nothing, for good. 0, -EBUSY when somebody handles it already, or -errno. */
FERRULE_API int ferrule_signal_swallow(int signal);

/* A real-time signal that ends the system call of the thread it is sent to, with EINTR, and does nothing else: one that nobody else had a handler for.
 * The same for each caller. Its number, -EBUSY when all are taken, or -errno. */
FERRULE_API int ferrule_signal_interrupt(void);

#endif
