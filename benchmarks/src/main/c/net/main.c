/* net COMMAND [PARAMETER...]: servers to measure, and who measures them. */
#include "net.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = { &echo_uring, &echo_epoll, &echo_load, &http_load, &idle };

#define COUNT (sizeof(commands) / sizeof(*commands))

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < COUNT; i++)
		if (!strcmp(commands[i]->name, argv[1])) {
			raise_descriptor_limit();
			commands[i]->run(argv + 2);
			return 0;
		}
	for (size_t i = 0; i < COUNT; i++)
		fprintf(stderr, "usage: %s %s %s\n", argv[0], commands[i]->name, commands[i]->usage);
	return 2;
}
