/* A twin does in C, as a careful user of liburing writes it, what a JMH benchmark does in Java. */
#ifndef TWIN_H
#define TWIN_H

struct twin {
	const char *name;
	/* Sets up once. argv: the work's parameters, a NULL after the last. */
	void (*open)(char **argv);
	/* One turn is what one invocation of the JMH benchmark does. */
	void (*turns)(long count);
	/* After the last turn: fails unless what has been done can be found. NULL when each turn has looked for itself. */
	void (*check)(void);
};

extern const struct twin nop, rings, ring_read, plain_pread, ring_write, plain_pwrite, ring_copy, cp, dispatch;

/* Prints what failed, with the errno, and ends the process. */
void fail(const char *what, int errnum) __attribute__((noreturn));

/* A parameter that is a number, which must be there and in these bounds. */
unsigned number(const char *parameter, unsigned least, unsigned most);

#endif
