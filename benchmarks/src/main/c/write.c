/* The twin of RingWrites: a run of writes with one system call, then its fsync with another. Parameters: those of open_runs. */
#include "ring.h"
#include "runs.h"

#define FILE_SLOT 0

static struct io_uring ring;

static void open_writes(char **argv)
{
	open_runs(argv);
	open_ring(&ring, false);
	checked("io_uring_register_files", io_uring_register_files(&ring, &run_fd, 1));
}

static void turn(void)
{
	uint64_t offset = next_run();
	struct io_uring_sqe *sqe;

	for (unsigned i = 0; i < RUN; i++) {
		uint64_t at = (uint64_t)i * run_block;

		sqe = next_sqe(&ring);
		io_uring_prep_write(sqe, FILE_SLOT, run_buffers + at, run_block, offset + at);
		io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
		io_uring_sqe_set_data64(sqe, i);
	}
	complete(&ring, RUN, run_block);
	sqe = next_sqe(&ring);
	io_uring_prep_fsync(sqe, FILE_SLOT, 0);
	io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
	complete(&ring, 1, 0);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

const struct twin ring_write = { "write", open_writes, turns, check_runs };
