/* Bytes that must come back as they were. They lie somewhere in random ones, elsewhere each time, so that those of others, or of earlier, are noticed. */
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLACES (64 << 10)
#define STEP 4099

static char *pattern;
static size_t size;

static void next(struct exchange *e, unsigned connection, uint64_t number)
{
	e->request = pattern + ((connection * UINT64_C(31) + number) * STEP) % PLACES;
	e->request_length = size;
}

static bool check(struct exchange *e, const char *bytes, size_t length)
{
	if (e->received + length > e->sent || memcmp(bytes, e->request + e->received, length))
		fail("the echo differs from what was sent", EBADMSG);
	e->received += length;
	return e->received == size;
}

static void run(char **argv)
{
	static const struct protocol echo = { next, check };
	unsigned port = number(argv[0], 1, 65535), connections = number(argv[1], 1, 1 << 20);

	size = number(argv[2], 1, 1 << 20);
	pattern = allocated(PLACES + size);
	srandom(1);
	for (size_t i = 0; i < PLACES + size; i++)
		pattern[i] = random();
	load(&echo, port, connections);
}

const struct command echo_load = { "echo-load", "PORT CONNECTIONS BYTES", run };
