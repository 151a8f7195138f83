/* Echo as one writes it over epoll: level-triggered, every call non-blocking, one buffer for all connections unless a peer does not take its bytes. */
#define _GNU_SOURCE
#include "net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256

struct connection {
	int fd;
	/* What its peer has not taken; while there is something, nothing is received. */
	char *rest;
	size_t length;
};

static int epoll;
static char *buffer;
static size_t buffer_size;

static void watch(int operation, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data.ptr = data };

	checked("epoll_ctl", epoll_ctl(epoll, operation, fd, &event));
}

static void close_connection(struct connection *c)
{
	close(c->fd); /* which takes it off the list: nobody has a duplicate */
	free(c->rest);
	free(c);
}

static void accept_all(int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct connection *c = allocated(sizeof(*c));

		no_delay(fd);
		c->fd = fd;
		watch(EPOLL_CTL_ADD, fd, EPOLLIN, c);
	}
	if (errno != EAGAIN)
		fail("accept4", errno);
}

/* Sends what it can. Returns how much that was, or -1 when the peer has gone. */
static ssize_t sent(struct connection *c, const char *bytes, size_t length)
{
	ssize_t count = send(c->fd, bytes, length, MSG_NOSIGNAL);

	return count < 0 && errno == EAGAIN ? 0 : count;
}

static void keep(struct connection *c, const char *bytes, size_t length)
{
	c->rest = allocated(length);
	c->length = length;
	memcpy(c->rest, bytes, length);
	watch(EPOLL_CTL_MOD, c->fd, EPOLLOUT, c);
}

static void receive(struct connection *c)
{
	ssize_t length = recv(c->fd, buffer, buffer_size, 0), count;

	if (length < 0 && errno == EAGAIN)
		return;
	count = length <= 0 ? -1 : sent(c, buffer, length);
	if (count < 0)
		close_connection(c);
	else if (count < length)
		keep(c, buffer + count, length - count);
}

static void send_rest(struct connection *c)
{
	ssize_t count = sent(c, c->rest, c->length);

	if (count < 0) {
		close_connection(c);
		return;
	}
	c->length -= count;
	if (c->length > 0) {
		memmove(c->rest, c->rest + count, c->length);
		return;
	}
	free(c->rest);
	c->rest = NULL;
	watch(EPOLL_CTL_MOD, c->fd, EPOLLIN, c);
}

static void serve(char **argv)
{
	struct epoll_event events[EVENTS];
	int listener;

	buffer_size = number(argv[0], 1, 1 << 20);
	buffer = allocated(buffer_size);
	epoll = checked("epoll_create1", epoll_create1(EPOLL_CLOEXEC));
	listener = listening(SOCK_NONBLOCK);
	watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
	end_with_input();
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		if (count < 0 && errno != EINTR)
			fail("epoll_wait", errno);
		for (int i = 0; i < count; i++) {
			struct connection *c = events[i].data.ptr;

			if (!c)
				accept_all(listener);
			else if (c->length)
				send_rest(c);
			else
				receive(c);
		}
	}
}

const struct command echo_epoll = { "echo-epoll", "BUFFER_BYTES", serve };
