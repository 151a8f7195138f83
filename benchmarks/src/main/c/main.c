/*
 * twin WARMUP_MS SLICES SLICE_MS WORK [PARAMETER...]: warms up, then prints for each slice of time the nanoseconds that one turn took on average.
 * twin turns WORK [PARAMETER...]: prints "ready", and then, for each number on a line of standard input, does so many turns, and prints "done".
 */
#include "twin.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct twin *const twins[] = { &nop,	   &rings,     &ring_read, &plain_pread, &ring_write,
					   &plain_pwrite, &ring_copy, &cp,	   &dispatch };

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

static void measure(const struct twin *twin, double warmup, int slices, double length)
{
	/* About a hundred looks at the clock in each slice. */
	long stride = 1 + (long)(length / 100 / slice(twin, warmup, 1));

	while (slices-- > 0)
		printf("%.3f\n", slice(twin, length, stride));
}

static void obey(const struct twin *twin)
{
	long count;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready\n");
	while (scanf("%ld", &count) == 1) {
		twin->turns(count);
		printf("done\n");
	}
}

int main(int argc, char **argv)
{
	bool obeys = argc > 2 && !strcmp(argv[1], "turns");
	char **work = argv + (obeys ? 2 : 4);

	if (!obeys && argc < 5) {
		fprintf(stderr, "usage: %s {WARMUP_MS SLICES SLICE_MS | turns} WORK [PARAMETER...]\n", argv[0]);
		return 2;
	}
	for (size_t i = 0; i < sizeof(twins) / sizeof(*twins); i++) {
		const struct twin *twin = twins[i];

		if (strcmp(twin->name, work[0]))
			continue;
		twin->open(work + 1);
		if (obeys)
			obey(twin);
		else
			measure(twin, atof(argv[1]) * 1e6, atoi(argv[2]), atof(argv[3]) * 1e6);
		if (twin->check)
			twin->check();
		return 0;
	}
	fprintf(stderr, "no twin for %s\n", work[0]);
	return 2;
}
