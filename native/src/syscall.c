#define _GNU_SOURCE
#include "ferrule.h"

#include <sys/syscall.h>
#include <sys/uio.h>

/* A raw system call, so that the library needs no libc and the kernel's -errno reaches Java without passing through thread-local storage. */
#if defined(__x86_64__)

long ferrule_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

long ferrule_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#else
#error "no system call sequence for this architecture"
#endif

long ferrule_read_cached(long descriptor, long address, long length, long offset)
{
	struct iovec piece = {.iov_base = (void *)address, .iov_len = (size_t)length};

	return ferrule_syscall(SYS_preadv2, descriptor, (long)&piece, 1, offset, 0, RWF_NOWAIT);
}
