#define _GNU_SOURCE
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4096
#define TRIES 200
#define TRY_MICROS 10000

void fail(const char *what, int errnum)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errnum));
	exit(1);
}

int checked(const char *what, int result)
{
	if (result < 0)
		fail(what, errno);
	return result;
}

unsigned number(const char *parameter, unsigned least, unsigned most)
{
	long value = parameter ? atol(parameter) : -1;

	if (value < (long)least || value > (long)most)
		fail(parameter ? parameter : "a missing parameter", EINVAL);
	return value;
}

void *allocated(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		fail("calloc", ENOMEM);
	return memory;
}

uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

void raise_descriptor_limit(void)
{
	struct rlimit limit;

	checked("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = limit.rlim_max;
	checked("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
}

static struct sockaddr_in loopback(unsigned port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) }
	};
}

int listening(int flags)
{
	struct sockaddr_in address = loopback(0);
	socklen_t length = sizeof(address);
	int listener = checked("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));

	checked("bind", bind(listener, (struct sockaddr *)&address, length));
	checked("listen", listen(listener, BACKLOG));
	checked("getsockname", getsockname(listener, (struct sockaddr *)&address, &length));
	printf("port %u\n", ntohs(address.sin_port));
	return listener;
}

int connected(unsigned port)
{
	struct sockaddr_in address = loopback(port);
	int fd = checked("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	/* nginx does not tell when it listens. */
	for (int tries = 0; connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0; tries++) {
		if (errno != ECONNREFUSED || tries == TRIES)
			fail("connect", errno);
		usleep(TRY_MICROS);
	}
	return fd;
}

void no_delay(int socket)
{
	int on = 1;

	checked("setsockopt", setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
}

static void *await_end(void *unused)
{
	char line[64];

	while (read(STDIN_FILENO, line, sizeof(line)) > 0)
		;
	exit(0);
	return unused;
}

void end_with_input(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, await_end, NULL);

	if (error)
		fail("pthread_create", error);
}
