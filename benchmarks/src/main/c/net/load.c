#include "load.h"
#include "histogram.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 256
#define BUFFER (256 << 10)
#define MOST_SLICES 10000
#define PATIENCE_MS 20000

struct conversation {
	int fd;
	unsigned number;
	bool waits_for_output;
	uint64_t count, begun;
	struct exchange exchange;
};

static const struct protocol *protocol;
static struct conversation *conversations;
static unsigned talking;
static bool time_is_up;
static int epoll;
static char buffer[BUFFER + 1]; /* so that it ends as a string, for protocols */
static struct histogram latencies;
static uint64_t trips;

static void watch(struct conversation *c, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = c };

	checked("epoll_ctl", epoll_ctl(epoll, operation, c->fd, &event));
}

static void send_on(struct conversation *c)
{
	struct exchange *e = &c->exchange;
	ssize_t count = send(c->fd, e->request + e->sent, e->request_length - e->sent,
			     MSG_DONTWAIT | MSG_NOSIGNAL);

	if (count < 0 && errno != EAGAIN)
		fail("send", errno);
	e->sent += count < 0 ? 0 : count;
	bool rest = e->sent < e->request_length;
	if (rest != c->waits_for_output) {
		c->waits_for_output = rest;
		watch(c, EPOLL_CTL_MOD, rest ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

static void begin(struct conversation *c, uint64_t time)
{
	c->exchange = (struct exchange){ 0 };
	c->begun = time;
	protocol->next(&c->exchange, c->number, c->count++);
	send_on(c);
}

/* Once: when there is more, epoll says so again. */
static void receive(struct conversation *c)
{
	ssize_t length = recv(c->fd, buffer, BUFFER, MSG_DONTWAIT);

	if (length < 0 && errno == EAGAIN)
		return;
	if (length <= 0)
		fail(length < 0 ? "recv" : "the server closed a connection", length < 0 ? errno : ECONNRESET);
	if (!protocol->check(&c->exchange, buffer, length))
		return;
	uint64_t time = now();
	count(&latencies, time - c->begun);
	trips++;
	if (time_is_up)
		talking--;
	else
		begin(c, time);
}

static void turn(void)
{
	struct epoll_event events[EVENTS];
	int ready = epoll_wait(epoll, events, EVENTS, PATIENCE_MS);

	if (ready == 0)
		fail("no answer comes", ETIMEDOUT);
	if (ready < 0 && errno != EINTR)
		fail("epoll_wait", errno);
	for (int i = 0; i < ready; i++) {
		struct conversation *c = events[i].data.ptr;

		if (events[i].events & EPOLLOUT)
			send_on(c);
		if (events[i].events & ~EPOLLOUT)
			receive(c);
	}
}

static uint64_t processor_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

static void run(unsigned connections, unsigned slices, unsigned millis)
{
	static double nanos_per_trip[MOST_SLICES];
	uint64_t length = millis * UINT64_C(1000000), start = now(), slice_start = start, processor_start = processor_time();
	uint64_t all = 0;

	clear(&latencies);
	trips = 0;
	time_is_up = false;
	talking = connections;
	for (unsigned i = 0; i < connections; i++)
		begin(&conversations[i], now());
	for (unsigned slice = 0; slice < slices;) {
		turn();
		uint64_t time = now();

		if (time - slice_start < length || !trips)
			continue;
		nanos_per_trip[slice++] = (double)(time - slice_start) / trips;
		all += trips;
		trips = 0;
		slice_start = time;
	}
	double seconds = (now() - start) / 1e9, busy = (processor_time() - processor_start) / 1e9;

	time_is_up = true;
	while (talking)
		turn();
	all += trips;
	printf("{\"answers\": %lu, \"seconds\": %.6f, \"busy\": %.3f, \"p50_nanos\": %lu, \"p99_nanos\": %lu, \"nanos_per_trip\": [",
	       all, seconds, busy / seconds, quantile(&latencies, 0.5), quantile(&latencies, 0.99));
	for (unsigned slice = 0; slice < slices; slice++)
		printf("%s%.3f", slice ? ", " : "", nanos_per_trip[slice]);
	printf("]}\n");
}

void load(const struct protocol *what, unsigned port, unsigned connections)
{
	unsigned slices, millis;

	protocol = what;
	epoll = checked("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	conversations = allocated(connections * sizeof(*conversations));
	for (unsigned i = 0; i < connections; i++) {
		struct conversation *c = &conversations[i];

		c->number = i;
		c->fd = connected(port);
		no_delay(c->fd);
		watch(c, EPOLL_CTL_ADD, EPOLLIN);
	}
	printf("ready\n");
	while (scanf("%u %u", &slices, &millis) == 2 && slices <= MOST_SLICES)
		run(connections, slices, millis);
}
