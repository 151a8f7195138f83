/* Reads as "read", without a ring: a system call for each. Parameters: "cached" or "direct"; depth, the reads of a turn; the file. */
#define _GNU_SOURCE /* O_DIRECT */
#include "blocks.h"

#include <errno.h>
#include <unistd.h>

static int fd;
static unsigned depth;
static char *buffers;

static void open_reads(char **argv)
{
	if (!argv[0] || !argv[1] || !argv[2])
		fail("pread: parameters", EINVAL);
	depth = number(argv[1], 1, 1024);
	buffers = allocate_blocks(depth);
	fd = open_blocks(argv[2], argv[0]);
}

static void turns(long count)
{
	while (count-- > 0)
		for (unsigned i = 0; i < depth; i++)
			if (pread(fd, buffers + i * BLOCK, BLOCK, next_offset()) != BLOCK)
				fail("pread", errno);
}

const struct twin plain_pread = { "pread", open_reads, turns, NULL };
