/* Connections that have nothing to say: opens them, prints "ready", and keeps them until standard input ends. */
#include "net.h"

#include <stdio.h>

static void run(char **argv)
{
	unsigned port = number(argv[0], 1, 65535), connections = number(argv[1], 1, 1 << 20);

	for (unsigned i = 0; i < connections; i++)
		connected(port);
	printf("ready\n");
	while (getchar() != EOF)
		;
}

const struct command idle = { "idle", "PORT CONNECTIONS", run };
