/* The ring that all twins use: set up as Ferrule sets up its own by default, and turned as liburing's users do. */
#ifndef RING_H
#define RING_H

#include "twin.h"

#include <errno.h>
#include <liburing.h>
#include <stdbool.h>

/* As Rings.ENTRIES in Java. */
#define ENTRIES 256

/* Ends the process when liburing returned an error. */
static inline int checked(const char *what, int result)
{
	if (result < 0)
		fail(what, -result);
	return result;
}

static inline void init_ring(struct io_uring *ring, bool sqpoll)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
			 (sqpoll ? IORING_SETUP_SQPOLL : IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG),
		.sq_thread_idle = sqpoll ? 1000 : 0
	};

	checked("io_uring_queue_init_params", io_uring_queue_init_params(ENTRIES, ring, &params));
}

static inline void open_ring(struct io_uring *ring, bool sqpoll)
{
	init_ring(ring, sqpoll);
	checked("io_uring_register_ring_fd", io_uring_register_ring_fd(ring));
	io_uring_set_iowait(ring, false); /* where the kernel can */
}

static inline struct io_uring_sqe *next_sqe(struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	/* The kernel's thread may have answered all, and not yet said that their entries are free. */
	if (!sqe && ring->flags & IORING_SETUP_SQPOLL) {
		checked("io_uring_sqring_wait", io_uring_sqring_wait(ring));
		sqe = io_uring_get_sqe(ring);
	}
	if (!sqe)
		fail("io_uring_get_sqe: the queue is full", EBUSY);
	return sqe;
}

/* Submits what has been filled, waits for all of it, and consumes the completions, each of which must have this result. */
static inline void complete(struct io_uring *ring, unsigned count, int result)
{
	struct io_uring_cqe *cqe;
	unsigned head, seen = 0;

	checked("io_uring_submit_and_wait", io_uring_submit_and_wait(ring, count));
	io_uring_for_each_cqe(ring, head, cqe) {
		if (cqe->res != result)
			fail("a request's result", cqe->res < 0 ? -cqe->res : EIO);
		seen++;
	}
	io_uring_cq_advance(ring, seen);
	if (seen != count)
		fail("completions are missing", EIO);
}

#endif
