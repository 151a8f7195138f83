/*
 * twin WARMUP_MS SLICES SLICE_MS WORK [PARAMETER...]: warms up, then prints for each slice of time the nanoseconds that one turn took on average.
 */
#include "twin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct twin *const twins[] = { &nop,	   &ring_read, &plain_pread, &ring_write,
					   &plain_pwrite, &ring_copy, &cp,	     &dispatch };

void fail(const char *what, int errnum)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errnum));
	exit(1);
}

unsigned number(const char *parameter, unsigned least, unsigned most)
{
	long value = parameter ? atol(parameter) : -1;

	if (value < least || value > most)
		fail(parameter ? parameter : "a missing parameter", EINVAL);
	return value;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* Runs for a time, `stride` turns between two looks at the clock. Returns nanoseconds per turn. */
static double slice(const struct twin *twin, double nanos, long stride)
{
	double start = now(), end;
	long turns = 0;

	do {
		twin->turns(stride);
		turns += stride;
		end = now();
	} while (end - start < nanos);
	return (end - start) / turns;
}

int main(int argc, char **argv)
{
	if (argc < 5) {
		fprintf(stderr, "usage: %s WARMUP_MS SLICES SLICE_MS WORK [PARAMETER...]\n", argv[0]);
		return 2;
	}
	double warmup = atof(argv[1]) * 1e6, length = atof(argv[3]) * 1e6;
	int slices = atoi(argv[2]);

	for (size_t i = 0; i < sizeof(twins) / sizeof(*twins); i++) {
		const struct twin *twin = twins[i];

		if (strcmp(twin->name, argv[4]))
			continue;
		twin->open(argv + 5);
		/* About a hundred looks at the clock in each slice. */
		long stride = 1 + (long)(length / 100 / slice(twin, warmup, 1));

		while (slices-- > 0)
			printf("%.3f\n", slice(twin, length, stride));
		if (twin->check)
			twin->check();
		return 0;
	}
	fprintf(stderr, "no twin for %s\n", argv[4]);
	return 2;
}
