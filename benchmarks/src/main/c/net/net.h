/* What the servers and the load have in common. Each is a command of net.elf (main.c). */
#ifndef NET_H
#define NET_H

#include <stddef.h>
#include <stdint.h>

struct command {
	const char *name;
	const char *usage;
	/* argv: the parameters, a NULL after the last. */
	void (*run)(char **argv);
};

extern const struct command echo_uring, echo_epoll, echo_load, http_load, idle;

/* Prints what failed, with the errno, and ends the process. */
void fail(const char *what, int errnum) __attribute__((noreturn));

/* Fails for a negative result of a system call. */
int checked(const char *what, int result);

/* A parameter that is a number, which must be there and in these bounds. */
unsigned number(const char *parameter, unsigned least, unsigned most);

void *allocated(size_t size);

/* Nanoseconds of a clock that never goes back. */
uint64_t now(void);

/* As many descriptors as we may have. */
void raise_descriptor_limit(void);

/* A socket that listens on the loopback device, on a port that the kernel chooses, which is printed: "port N". */
int listening(int flags);

/* Connected to that port of this machine. */
int connected(unsigned port);

/* Sends at once what it is given. */
void no_delay(int socket);

/* Ends this process when whoever started it ends or closes our standard input. */
void end_with_input(void);

#endif
