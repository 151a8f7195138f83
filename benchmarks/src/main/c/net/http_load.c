/* GETs of one file over connections that are kept alive. The answer must be a 200 with just that file. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer than any of our servers' heads. */
#define MOST_HEAD 2048

static char request[512];
static char *content;
static size_t size;

static void next(struct exchange *e, unsigned connection, uint64_t number)
{
	(void)connection;
	(void)number;
	e->request = request;
	e->request_length = strlen(request);
}

/* Returns the head's length. It must come in one piece, as all of our servers send it. */
static size_t check_head(const char *bytes, size_t length)
{
	static const char ok[] = "HTTP/1.1 200 ";
	const char *end = memmem(bytes, length < MOST_HEAD ? length : MOST_HEAD, "\r\n\r\n", 4);
	const char *field;

	if (!end || memcmp(bytes, ok, sizeof(ok) - 1))
		fail("the answer is not a whole head with status 200", EBADMSG);
	field = strcasestr(bytes, "\r\ncontent-length:");
	if (!field || field > end || strtoull(field + 17, NULL, 10) != size)
		fail("the answer's Content-Length is not the file's", EBADMSG);
	return end + 4 - bytes;
}

static bool check(struct exchange *e, const char *bytes, size_t length)
{
	size_t head = e->headed ? 0 : check_head(bytes, length), body = length - head;

	e->headed = true;
	if (e->received + body > size || memcmp(bytes + head, content + e->received, body))
		fail("the answer's bytes are not the file's", EBADMSG);
	e->received += body;
	return e->received == size;
}

static void read_content(const char *path)
{
	struct stat status;
	int fd = checked(path, open(path, O_RDONLY | O_CLOEXEC));

	checked("fstat", fstat(fd, &status));
	size = status.st_size;
	content = allocated(size);
	if (read(fd, content, size) != (ssize_t)size)
		fail(path, EIO);
	close(fd);
}

static void run(char **argv)
{
	static const struct protocol http = { next, check };
	unsigned port = number(argv[0], 1, 65535), connections = number(argv[1], 1, 1 << 20);

	if (!argv[2] || !argv[3])
		fail("http-load: parameters", EINVAL);
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: net\r\nAccept: */*\r\n\r\n", argv[2]);
	read_content(argv[3]);
	load(&http, port, connections);
}

const struct command http_load = { "http-load", "PORT CONNECTIONS TARGET FILE", run };
