/* Writes as "write", without a ring: a system call for each. Parameters: those of open_runs. */
#define _GNU_SOURCE
#include "runs.h"

#include <errno.h>
#include <unistd.h>

static void turn(void)
{
	uint64_t offset = next_run();

	for (unsigned i = 0; i < RUN; i++) {
		uint64_t at = (uint64_t)i * run_block;

		if (pwrite(run_fd, run_buffers + at, run_block, offset + at) != (ssize_t)run_block)
			fail("pwrite", errno);
	}
	if (fsync(run_fd) < 0)
		fail("fsync", errno);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

const struct twin plain_pwrite = { "pwrite", open_runs, turns, check_runs };
