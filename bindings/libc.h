/* What jextract reads for io.ferrule.bindings.libc. Which of its names become Java is in libc.includes. */
#include <errno.h>
#include <time.h> /* linux/errqueue.h uses struct timespec without asking for it */

/* glibc passes socket addresses as a transparent union of pointers, by value, to compilers it takes to know that: to Java, a plain pointer. */
#include <sys/types.h>
#pragma push_macro("__GNUC_PREREQ")
#undef __GNUC_PREREQ
#define __GNUC_PREREQ(major, minor) 0
#include <sys/socket.h>
#pragma pop_macro("__GNUC_PREREQ")

/* Kernel headers before glibc's own: both define RWF_*, and glibc's tolerate coming second. */
#include <linux/aio_abi.h>
#include <linux/errqueue.h>
#include <linux/falloc.h>
#include <linux/futex.h>

#include <aio.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
