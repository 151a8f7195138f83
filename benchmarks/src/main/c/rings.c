/* Each turn opens a ring, and keeps it: for what one takes in memory. Not registered: a thread can have sixteen of those. */
#include "ring.h"

#include <stdlib.h>

static void open_none(char **argv)
{
	(void)argv;
}

static void turns(long count)
{
	while (count-- > 0) {
		struct io_uring *ring = calloc(1, sizeof(*ring));

		if (!ring)
			fail("calloc", ENOMEM);
		init_ring(ring, false);
	}
}

const struct twin rings = { "ring", open_none, turns, NULL };
