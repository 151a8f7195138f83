/*
 * The twin of ReadBenchmark. Parameters: "plain" or "fixed"; depth, the reads that go in with one system call; the file, whose size is a power of
 * two, in the page cache.
 */
#include "ring.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK 4096
#define FILE_SLOT 0

static struct io_uring ring;
static bool fixed;
static unsigned depth;
static char *buffers;
static uint64_t last_block;
static uint64_t random_state = 0x9e3779b97f4a7c15; /* as in ReadBenchmark: both read the same blocks in the same order */

static void register_file(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) < 0)
		fail(path, errno);
	last_block = status.st_size / BLOCK - 1;
	checked("io_uring_register_files", io_uring_register_files(&ring, &fd, 1));
}

static void register_buffers(void)
{
	struct iovec pieces[ENTRIES];

	for (unsigned i = 0; i < depth; i++)
		pieces[i] = (struct iovec){ buffers + i * BLOCK, BLOCK };
	checked("io_uring_register_buffers", io_uring_register_buffers(&ring, pieces, depth));
}

static void open_reads(char **argv)
{
	if (!argv[0] || !argv[1] || !argv[2])
		fail("read: parameters", EINVAL);
	fixed = !strcmp(argv[0], "fixed");
	depth = number(argv[1], 1, ENTRIES);
	buffers = aligned_alloc(BLOCK, depth * BLOCK);
	if (!buffers)
		fail("aligned_alloc", ENOMEM);
	memset(buffers, 0, depth * BLOCK); /* no page fault while we measure */
	open_ring(&ring);
	register_file(argv[2]);
	if (fixed)
		register_buffers();
}

/* Marsaglia's xorshift: cheap, and the same in any language. */
static uint64_t next_offset(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state & last_block) * BLOCK;
}

static void turn(void)
{
	for (unsigned i = 0; i < depth; i++) {
		struct io_uring_sqe *sqe = next_sqe(&ring);

		if (fixed)
			io_uring_prep_read_fixed(sqe, FILE_SLOT, buffers + i * BLOCK, BLOCK, next_offset(), i);
		else
			io_uring_prep_read(sqe, FILE_SLOT, buffers + i * BLOCK, BLOCK, next_offset());
		io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
		io_uring_sqe_set_data64(sqe, i);
	}
	complete(&ring, depth, BLOCK);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

const struct twin cached_read = { "read", open_reads, turns };
