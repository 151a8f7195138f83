/*
 * The twin of EpollBenchmark: waits with epoll and finds by each event's number what it is about. Parameters: "level", where the ready pipes stay so, or
 * "edge", where each turn writes a byte into them and reads it; how many are ready; of how many; how many threads the process has, of which one works. With
 * more than one, the kernel counts who uses a descriptor during each call, as it must in a JVM.
 */
#define _GNU_SOURCE /* pipe2 */
#include "twin.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

/* As EpollBenchmark.BATCH in Java. */
#define BATCH 1024

#define MOST_PIPES 4096
#define MOST_THREADS 16

struct watch {
	int reader, writer;
	uint64_t events;
};

static struct epoll_event events[BATCH];
static struct watch *watches;
static unsigned ready, all;
static bool edge;
static int list;
static char mark;

static void allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void *idle(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

static void have_threads(unsigned count)
{
	pthread_t thread;

	while (count-- > 1) {
		int error = pthread_create(&thread, NULL, idle, NULL);

		if (error)
			fail("pthread_create", error);
	}
}

static void put(const struct watch *watch)
{
	if (write(watch->writer, &mark, 1) != 1)
		fail("write", errno);
}

static void take(const struct watch *watch)
{
	char found;

	if (read(watch->reader, &found, 1) != 1 || found != mark)
		fail("read", EIO);
}

static void watch(uint32_t number)
{
	struct epoll_event event = { .events = EPOLLIN | (edge ? EPOLLET : 0), .data.u32 = number };
	int ends[2];

	if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
		fail("pipe2", errno);
	watches[number] = (struct watch){ ends[0], ends[1], 0 };
	if (epoll_ctl(list, EPOLL_CTL_ADD, ends[0], &event) < 0)
		fail("epoll_ctl", errno);
}

/* Those that are ready lie among the others at equal distances. */
static struct watch *nth_ready(unsigned n)
{
	return &watches[n * (all / ready)];
}

static void open_pipes(char **argv)
{
	if (!argv[0] || !argv[1] || !argv[2] || !argv[3])
		fail("epoll: parameters", EINVAL);
	edge = !strcmp(argv[0], "edge");
	ready = number(argv[1], 1, BATCH);
	all = number(argv[2], ready, MOST_PIPES);
	have_threads(number(argv[3], 1, MOST_THREADS));
	allow_descriptors();
	watches = calloc(all, sizeof(*watches));
	list = epoll_create1(EPOLL_CLOEXEC);
	if (!watches || list < 0)
		fail("epoll_create1", errno);
	for (uint32_t i = 0; i < all; i++)
		watch(i);
	if (!edge)
		for (unsigned i = 0; i < ready; i++)
			put(nth_ready(i));
}

static void turn(void)
{
	unsigned seen = 0;

	if (edge) {
		mark++;
		for (unsigned i = 0; i < ready; i++)
			put(nth_ready(i));
	}
	while (seen < ready) {
		int count = epoll_wait(list, events, BATCH, -1);

		if (count < 0)
			fail("epoll_wait", errno);
		for (int i = 0; i < count; i++) {
			struct watch *watch = &watches[events[i].data.u32];

			if (!(events[i].events & EPOLLIN))
				fail("an event of another kind", EIO);
			watch->events++;
			if (edge)
				take(watch);
		}
		seen += count;
	}
	if (seen != ready)
		fail("too many events", EIO);
}

static void turns(long count)
{
	while (count-- > 0)
		turn();
}

/* In every turn, each that was ready had an event, and none that was not. */
static void check(void)
{
	uint64_t each = nth_ready(0)->events, sum = 0;

	for (unsigned i = 0; i < ready; i++)
		if (nth_ready(i)->events != each)
			fail("some had more events than others", EIO);
	for (unsigned i = 0; i < all; i++)
		sum += watches[i].events;
	if (sum != each * ready)
		fail("an event of one that was not ready", EIO);
}

const struct twin dispatch = { "epoll", open_pipes, turns, check };
