/* The twin of NopBenchmark. Parameters: batch, the NOPs that go in with one system call; "sqpoll" or "plain". */
#include "ring.h"

#include <string.h>

static struct io_uring ring;
static unsigned batch;

static void open_nops(char **argv)
{
	batch = number(argv[0], 1, ENTRIES);
	open_ring(&ring, argv[1] && !strcmp(argv[1], "sqpoll"));
}

static void turn(void)
{
	for (unsigned i = 0; i < batch; i++) {
		struct io_uring_sqe *sqe = next_sqe(&ring);

		io_uring_prep_nop(sqe);
		io_uring_sqe_set_data64(sqe, i);
	}
	complete(&ring, batch, 0);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

const struct twin nop = { "nop", open_nops, turns, NULL };
