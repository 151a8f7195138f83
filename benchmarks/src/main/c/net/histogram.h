/* Counts durations: each within 1.6 percent, from a nanosecond to some minutes. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>
#include <string.h>

#define STEPS 64 /* in each doubling */
#define DOUBLINGS 34

struct histogram {
	uint64_t total, counts[STEPS * DOUBLINGS];
};

static inline void clear(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
}

/* Below STEPS each has a place of its own; above, the six bits after the first one say which of the doubling's it is. */
static inline void count(struct histogram *h, uint64_t nanos)
{
	unsigned shift = nanos < STEPS ? 0 : 57 - __builtin_clzll(nanos);
	unsigned place = shift * STEPS + (nanos >> shift);

	h->counts[place < STEPS * DOUBLINGS ? place : STEPS * DOUBLINGS - 1]++;
	h->total++;
}

/* The duration that this share of all does not exceed. */
static inline uint64_t quantile(const struct histogram *h, double share)
{
	uint64_t below = 0;

	for (unsigned place = 0; place < STEPS * DOUBLINGS; place++) {
		below += h->counts[place];
		if (below && below >= share * h->total) {
			unsigned shift = place < 2 * STEPS ? 0 : place / STEPS - 1;

			return (uint64_t)(place - shift * STEPS) << shift;
		}
	}
	return 0;
}

#endif
