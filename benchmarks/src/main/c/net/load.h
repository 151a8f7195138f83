/*
 * The load that every server gets: over each connection a request goes out, the answer comes in and is compared, and then the next goes out. One thread
 * over epoll, the same for all, so that differences are the servers'.
 */
#ifndef LOAD_H
#define LOAD_H

#include "net.h"

#include <stdbool.h>

struct exchange {
	const char *request;
	size_t request_length;
	/* Of the request, how much has gone. */
	size_t sent;
	/* For the protocol, 0 and false at the begin: of the answer, how much has come, and whether its head has. */
	size_t received;
	bool headed;
};

struct protocol {
	/* Begins with the connection's `number`th request. Sets request and request_length. */
	void (*next)(struct exchange *e, unsigned connection, uint64_t number);
	/* Compares what has come. Returns whether that was the last of the answer; ends the process when it is wrong. */
	bool (*check)(struct exchange *e, const char *bytes, size_t length);
};

/*
 * Connects, prints "ready", and then, for each line "SLICES MILLIS" of standard input, exchanges for so many slices of so many milliseconds, and prints
 * what came of it as a line of JSON.
 */
void load(const struct protocol *protocol, unsigned port, unsigned connections);

#endif
