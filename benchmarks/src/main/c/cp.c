/* cp(1), a process for each copy. Parameters: the file; the copy; what --reflink is to be. */
#include "copies.h"
#include "twin.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

static char reflink[32];

static void open_cp(char **argv)
{
	open_copies(argv);
	if (!argv[2])
		fail("cp: parameters", EINVAL);
	snprintf(reflink, sizeof(reflink), "--reflink=%s", argv[2]);
}

static void turn(void)
{
	char *argv[] = { "cp", reflink, (char *)copy_source, (char *)copy_target, NULL };
	char *environment[] = { NULL };
	int status, error;
	pid_t process;

	delete_copy();
	error = posix_spawnp(&process, argv[0], NULL, NULL, argv, environment);
	if (error)
		fail(argv[0], error);
	if (waitpid(process, &status, 0) < 0 || status)
		fail("cp failed", EIO);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

const struct twin cp = { "cp", open_cp, turns, check_copy };
