#define _GNU_SOURCE /* O_DIRECT */
#include "blocks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t last_block;
static uint64_t random_state = 0x9e3779b97f4a7c15;

int open_blocks(const char *path, const char *how)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | (strcmp(how, "direct") ? 0 : O_DIRECT));

	if (fd < 0 || fstat(fd, &status) < 0)
		fail(path, errno);
	last_block = status.st_size / BLOCK - 1;
	return fd;
}

char *allocate(size_t bytes)
{
	char *memory = aligned_alloc(BLOCK, bytes);

	if (!memory)
		fail("aligned_alloc", ENOMEM);
	return memset(memory, 0, bytes);
}

char *allocate_blocks(unsigned count)
{
	return allocate((size_t)count * BLOCK);
}

/* Marsaglia's xorshift: cheap, and the same in any language. */
uint64_t next_offset(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state & last_block) * BLOCK;
}
