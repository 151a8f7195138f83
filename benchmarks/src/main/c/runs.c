#define _GNU_SOURCE /* O_DIRECT */
#include "runs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_BLOCK (1 << 20)

int run_fd;
unsigned run_block;
char *run_buffers;

static uint64_t file_size, offset, blocks;

void open_runs(char **argv)
{
	struct stat status;

	if (!argv[0] || !argv[1] || !argv[2])
		fail("write: parameters", EINVAL);
	run_block = number(argv[1], BLOCK, LARGEST_BLOCK);
	run_buffers = allocate((size_t)RUN * run_block);
	run_fd = open(argv[2], O_RDWR | O_CLOEXEC | (strcmp(argv[0], "direct") ? 0 : O_DIRECT));
	if (run_fd < 0 || fstat(run_fd, &status) < 0)
		fail(argv[2], errno);
	file_size = status.st_size;
}

uint64_t next_run(void)
{
	offset = (offset + (uint64_t)RUN * run_block) % file_size;
	for (unsigned i = 0; i < RUN; i++) {
		blocks++;
		memcpy(run_buffers + (size_t)i * run_block, &blocks, sizeof(blocks));
	}
	return offset;
}

void check_runs(void)
{
	size_t size = (size_t)RUN * run_block;
	char *found = allocate(size);

	if (pread(run_fd, found, size, offset) != (ssize_t)size)
		fail("reading back", errno);
	if (memcmp(found, run_buffers, size))
		fail("what was written is not there", EIO);
}
