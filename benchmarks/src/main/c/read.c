/* The twin of ReadBenchmark. Parameters: "cached" or "direct"; depth, the reads that go in with one system call; the file; "plain" or "fixed". */
#include "blocks.h"
#include "ring.h"

#include <stdbool.h>
#include <string.h>

#define FILE_SLOT 0

static struct io_uring ring;
static bool fixed;
static unsigned depth;
static char *buffers;

static void register_buffers(void)
{
	struct iovec pieces[ENTRIES];

	for (unsigned i = 0; i < depth; i++)
		pieces[i] = (struct iovec){ buffers + i * BLOCK, BLOCK };
	checked("io_uring_register_buffers", io_uring_register_buffers(&ring, pieces, depth));
}

static void open_reads(char **argv)
{
	int fd;

	if (!argv[0] || !argv[1] || !argv[2] || !argv[3])
		fail("read: parameters", EINVAL);
	depth = number(argv[1], 1, ENTRIES);
	fixed = !strcmp(argv[3], "fixed");
	buffers = allocate_blocks(depth);
	open_ring(&ring, false);
	fd = open_blocks(argv[2], argv[0]);
	checked("io_uring_register_files", io_uring_register_files(&ring, &fd, 1));
	if (fixed)
		register_buffers();
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

const struct twin ring_read = { "read", open_reads, turns, NULL };
