/* The twin of NopBenchmark. Parameter: batch, the NOPs that go in with one system call. */
#include "twin.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

#define ENTRIES 256

static struct io_uring ring;
static unsigned batch;

static void open_ring(char **argv)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG
	};
	int result;

	batch = argv[0] ? atoi(argv[0]) : 0;
	if (batch < 1 || batch > ENTRIES)
		fail("nop: batch", EINVAL);
	result = io_uring_queue_init_params(ENTRIES, &ring, &params);
	if (result < 0)
		fail("io_uring_queue_init_params", -result);
	result = io_uring_register_ring_fd(&ring);
	if (result < 0)
		fail("io_uring_register_ring_fd", -result);
	io_uring_set_iowait(&ring, false); /* where the kernel can */
}

static void turn(void)
{
	struct io_uring_cqe *cqe;
	unsigned head, seen = 0;

	for (unsigned i = 0; i < batch; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

		if (!sqe)
			fail("io_uring_get_sqe: the queue is full", EBUSY);
		io_uring_prep_nop(sqe);
		io_uring_sqe_set_data64(sqe, i);
	}
	int result = io_uring_submit_and_wait(&ring, batch);

	if (result < 0)
		fail("io_uring_submit_and_wait", -result);
	io_uring_for_each_cqe(&ring, head, cqe) {
		if (cqe->res < 0)
			fail("nop", -cqe->res);
		seen++;
	}
	io_uring_cq_advance(&ring, seen);
	if (seen != batch)
		fail("nop: completions are missing", EIO);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

const struct twin nop = { "nop", open_ring, turns };
