#include "copies.h"
#include "blocks.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PIECE (1 << 20)

const char *copy_source, *copy_target;

void open_copies(char **argv)
{
	if (!argv[0] || !argv[1])
		fail("copy: parameters", EINVAL);
	copy_source = argv[0];
	copy_target = argv[1];
}

void delete_copy(void)
{
	if (unlink(copy_target) < 0 && errno != ENOENT)
		fail(copy_target, errno);
}

static int open_readable(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(path, errno);
	return fd;
}

void check_copy(void)
{
	int source = open_readable(copy_source), target = open_readable(copy_target);
	char *one = allocate(PIECE), *other = allocate(PIECE);
	ssize_t size;

	do {
		size = read(source, one, PIECE);
		if (size < 0 || read(target, other, PIECE) != size || memcmp(one, other, size))
			fail("the copy is not like the file", EIO);
	} while (size > 0);
	delete_copy();
}
