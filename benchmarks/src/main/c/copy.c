/* The twin of RingCopies: blocks of a file in flight, each read and then written. Parameters: the file; the copy; how many blocks; their size. */
#define _GNU_SOURCE
#include "blocks.h"
#include "copies.h"
#include "ring.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_BLOCK (1 << 20)

struct block {
	uint64_t offset;
	bool writing;
};

static struct io_uring ring;
static struct block blocks[ENTRIES];
static unsigned depth, block_size;
static char *buffers;
static int source, target;
static uint64_t size, next, written;

static void open_copy(char **argv)
{
	open_copies(argv);
	depth = number(argv[2], 1, ENTRIES);
	block_size = number(argv[3], BLOCK, LARGEST_BLOCK);
	buffers = allocate((size_t)depth * block_size);
	open_ring(&ring, false);
}

static void begin_read(unsigned i)
{
	struct io_uring_sqe *sqe = next_sqe(&ring);

	blocks[i] = (struct block){ next, false };
	next += block_size;
	io_uring_prep_read(sqe, source, buffers + (size_t)i * block_size, block_size, blocks[i].offset);
	io_uring_sqe_set_data64(sqe, i);
}

static void begin_write(unsigned i)
{
	struct io_uring_sqe *sqe = next_sqe(&ring);

	blocks[i].writing = true;
	io_uring_prep_write(sqe, target, buffers + (size_t)i * block_size, block_size, blocks[i].offset);
	io_uring_sqe_set_data64(sqe, i);
}

static void completed(unsigned i, int result)
{
	if (result != (int)block_size)
		fail("a request's result", result < 0 ? -result : EIO);
	if (!blocks[i].writing) {
		begin_write(i);
		return;
	}
	written += block_size;
	if (next < size)
		begin_read(i);
}

static int checked_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd < 0)
		fail(path, errno);
	return fd;
}

static void turn(void)
{
	struct stat status;

	delete_copy();
	source = checked_open(copy_source, O_RDONLY);
	target = checked_open(copy_target, O_WRONLY | O_CREAT | O_EXCL);
	if (fstat(source, &status) < 0 || status.st_size % block_size)
		fail("a whole number of blocks is copied", EINVAL);
	size = status.st_size;
	next = written = 0;
	for (unsigned i = 0; i < depth && next < size; i++)
		begin_read(i);
	while (written < size) {
		struct io_uring_cqe *cqe;
		unsigned head, seen = 0;

		checked("io_uring_submit_and_wait", io_uring_submit_and_wait(&ring, 1));
		io_uring_for_each_cqe(&ring, head, cqe) {
			completed(cqe->user_data, cqe->res);
			seen++;
		}
		io_uring_cq_advance(&ring, seen);
	}
	close(source);
	close(target);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

const struct twin ring_copy = { "copy", open_copy, turns, check_copy };
