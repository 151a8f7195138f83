#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "ferrule.h"

#if defined(__aarch64__) && !defined(__clang__)
#pragma GCC target("no-outline-atomics") /* which would be calls into libgcc */
#endif

/*
 * Signals, counted. The handler runs on whatever thread the kernel picks, at any moment: it adds to a counter and to an eventfd, both without
 * locks, memory or errno, and never enters Java.
 */

#define SIGNALS 65 /* as the kernel counts them: 1 to 64 */
#define FREE (-1)

/* As the kernel has it; libc's differs. */
struct action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

struct claim {
	atomic_int taken;
	atomic_int descriptor; /* of the eventfd, or FREE */
	atomic_int inside;     /* threads in the handler */
	atomic_uint count;
	struct action old;
};

static struct claim claims[SIGNALS];

#if defined(__x86_64__)

/* On x86-64 the kernel leaves the way out of a handler to the caller. */
void ferrule_sigreturn(void);
__asm__(".text\n"
	".hidden ferrule_sigreturn\n"
	".type ferrule_sigreturn, @function\n"
	"ferrule_sigreturn:\n"
	"	mov $15, %eax\n" /* rt_sigreturn */
	"	syscall\n"
	".size ferrule_sigreturn, . - ferrule_sigreturn\n");

#define RESTORER_FLAG 0x04000000UL /* SA_RESTORER of the kernel */
#define RESTORER ferrule_sigreturn

#else

#define RESTORER_FLAG 0UL
#define RESTORER 0

#endif

static void handler(int signal)
{
	static const uint64_t one = 1;
	struct claim *claim = &claims[signal];

	atomic_fetch_add(&claim->inside, 1);
	int descriptor = atomic_load(&claim->descriptor);
	if (descriptor != FREE) {
		atomic_fetch_add(&claim->count, 1);
		/* Only fails when the eventfd is full, and then it is readable. */
		ferrule_syscall(SYS_write, descriptor, (long)&one, sizeof(one), 0, 0, 0);
	}
	atomic_fetch_sub(&claim->inside, 1);
}

static int sigaction_of(int signal, const struct action *new, struct action *old)
{
	return ferrule_syscall(SYS_rt_sigaction, signal, (long)new, (long)old, sizeof(uint64_t), 0, 0);
}

int ferrule_signal_claim(int signal, int eventfd)
{
	struct action ours = { handler, SA_RESTART | SA_ONSTACK | RESTORER_FLAG, RESTORER, 0 };
	int free = 0;

	if (signal < 1 || signal >= SIGNALS)
		return -EINVAL;
	struct claim *claim = &claims[signal];
	if (!atomic_compare_exchange_strong(&claim->taken, &free, 1))
		return -EBUSY;
	atomic_store(&claim->count, 0);
	atomic_store(&claim->descriptor, eventfd);
	int result = sigaction_of(signal, &ours, &claim->old);
	if (result < 0) {
		atomic_store(&claim->descriptor, FREE);
		atomic_store(&claim->taken, 0);
	}
	return result;
}

uint32_t ferrule_signal_take(int signal)
{
	return atomic_exchange(&claims[signal].count, 0);
}

void ferrule_signal_release(int signal)
{
	struct claim *claim = &claims[signal];
	struct action now;

	/* What somebody else has put in our place since stays. */
	if (sigaction_of(signal, 0, &now) == 0 && now.handler == handler)
		sigaction_of(signal, &claim->old, 0);
	atomic_store(&claim->descriptor, FREE);
	while (atomic_load(&claim->inside) != 0)
		ferrule_syscall(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
	atomic_store(&claim->taken, 0);
}

static void swallow(int signal)
{
	(void)signal;
}

int ferrule_signal_swallow(int signal)
{
	struct action ours = { swallow, SA_RESTART | SA_ONSTACK | RESTORER_FLAG, RESTORER, 0 };
	struct action now;

	int result = sigaction_of(signal, 0, &now);
	if (result < 0)
		return result;
	if (now.handler == swallow)
		return 0;
	return now.handler == SIG_DFL ? sigaction_of(signal, &ours, 0) : -EBUSY;
}

/* A function of its own: what a signal is for is told by its handler. */
static void interrupt(int signal)
{
	(void)signal;
}

#define LAST_TAKEN 34 /* 32 to 34 are libc's own */
#define FIRST_TRIED 61 /* the JDK has 62 */

int ferrule_signal_interrupt(void)
{
	/* Without SA_RESTART: the call that it interrupts fails with EINTR, which is all that is wanted. */
	struct action ours = { interrupt, SA_ONSTACK | RESTORER_FLAG, RESTORER, 0 };
	struct action now;

	for (int signal = FIRST_TRIED; signal > LAST_TAKEN; signal--) {
		int result = sigaction_of(signal, 0, &now);
		if (result == 0 && now.handler == SIG_DFL) {
			result = sigaction_of(signal, &ours, 0);
			now.handler = interrupt;
		}
		if (result < 0)
			return result;
		if (now.handler == interrupt)
			return signal;
	}
	return -EBUSY;
}
