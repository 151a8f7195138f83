#define _GNU_SOURCE
#include <stddef.h>
#include <aio.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <linux/aio_abi.h>
#include <netinet/in.h>
#include <liburing.h>

#include "ferrule.h"

struct entry {
	const char *name;
	int64_t value;
};

/* The names are what Java asks for: "sizeof TYPE", "TYPE.FIELD" for an offset, or the constant's own name. */
#define SIZE(type) { "sizeof " #type, sizeof(struct type) }
#define OFFSET(type, field) { #type "." #field, offsetof(struct type, field) }
#define CONSTANT(name) { #name, name }

static const struct entry table[] = {
	SIZE(io_uring),
	OFFSET(io_uring, sq),
	OFFSET(io_uring, cq),
	OFFSET(io_uring, flags),
	OFFSET(io_uring, ring_fd),
	OFFSET(io_uring, features),
	OFFSET(io_uring, enter_ring_fd),
	OFFSET(io_uring, int_flags),

	SIZE(io_uring_sq),
	OFFSET(io_uring_sq, khead),
	OFFSET(io_uring_sq, ktail),
	OFFSET(io_uring_sq, kflags),
	OFFSET(io_uring_sq, kdropped),
	OFFSET(io_uring_sq, sqes),
	OFFSET(io_uring_sq, ring_mask),
	OFFSET(io_uring_sq, ring_entries),

	SIZE(io_uring_cq),
	OFFSET(io_uring_cq, khead),
	OFFSET(io_uring_cq, ktail),
	OFFSET(io_uring_cq, kflags),
	OFFSET(io_uring_cq, koverflow),
	OFFSET(io_uring_cq, cqes),
	OFFSET(io_uring_cq, ring_mask),
	OFFSET(io_uring_cq, ring_entries),

	SIZE(io_uring_sqe),
	OFFSET(io_uring_sqe, opcode),
	OFFSET(io_uring_sqe, flags),
	OFFSET(io_uring_sqe, ioprio),
	OFFSET(io_uring_sqe, fd),
	OFFSET(io_uring_sqe, off),
	OFFSET(io_uring_sqe, addr),
	OFFSET(io_uring_sqe, len),
	OFFSET(io_uring_sqe, rw_flags),
	OFFSET(io_uring_sqe, user_data),
	OFFSET(io_uring_sqe, buf_index),
	OFFSET(io_uring_sqe, personality),
	OFFSET(io_uring_sqe, file_index),
	OFFSET(io_uring_sqe, addr3),

	SIZE(io_uring_cqe),
	OFFSET(io_uring_cqe, user_data),
	OFFSET(io_uring_cqe, res),
	OFFSET(io_uring_cqe, flags),

	SIZE(io_uring_params),
	OFFSET(io_uring_params, sq_entries),
	OFFSET(io_uring_params, cq_entries),
	OFFSET(io_uring_params, flags),
	OFFSET(io_uring_params, sq_thread_cpu),
	OFFSET(io_uring_params, sq_thread_idle),
	OFFSET(io_uring_params, features),
	OFFSET(io_uring_params, wq_fd),

	SIZE(io_uring_getevents_arg),
	OFFSET(io_uring_getevents_arg, sigmask),
	OFFSET(io_uring_getevents_arg, sigmask_sz),
	OFFSET(io_uring_getevents_arg, min_wait_usec),
	OFFSET(io_uring_getevents_arg, ts),

	SIZE(io_uring_buf),
	OFFSET(io_uring_buf, addr),
	OFFSET(io_uring_buf, len),
	OFFSET(io_uring_buf, bid),
	OFFSET(io_uring_buf_ring, tail),

	SIZE(__kernel_timespec),
	OFFSET(__kernel_timespec, tv_sec),
	OFFSET(__kernel_timespec, tv_nsec),

	SIZE(iovec),
	OFFSET(iovec, iov_base),
	OFFSET(iovec, iov_len),

	/* Packed on x86-64 only: 12 bytes there, 16 elsewhere. */
	SIZE(epoll_event),
	OFFSET(epoll_event, events),
	OFFSET(epoll_event, data),

	SIZE(pollfd),
	OFFSET(pollfd, events),
	OFFSET(pollfd, revents),

	SIZE(f_owner_ex),
	OFFSET(f_owner_ex, pid),
	SIZE(signalfd_siginfo),
	OFFSET(signalfd_siginfo, ssi_signo),
	OFFSET(signalfd_siginfo, ssi_fd),
	OFFSET(signalfd_siginfo, ssi_band),

	/* Of the kernel's native AIO. */
	SIZE(iocb),
	OFFSET(iocb, aio_data),
	OFFSET(iocb, aio_rw_flags),
	OFFSET(iocb, aio_lio_opcode),
	OFFSET(iocb, aio_fildes),
	OFFSET(iocb, aio_buf),
	OFFSET(iocb, aio_nbytes),
	OFFSET(iocb, aio_offset),
	OFFSET(iocb, aio_flags),
	OFFSET(iocb, aio_resfd),
	SIZE(io_event),
	OFFSET(io_event, data),
	OFFSET(io_event, res),

	/* Of glibc's POSIX AIO; other C libraries have others. */
	SIZE(aiocb),
	OFFSET(aiocb, aio_fildes),
	OFFSET(aiocb, aio_buf),
	OFFSET(aiocb, aio_nbytes),
	OFFSET(aiocb, aio_sigevent),
	OFFSET(aiocb, aio_offset),

	SIZE(statx),
	SIZE(sockaddr_in),
	OFFSET(sockaddr_in, sin_port),
	OFFSET(sockaddr_in, sin_addr),
	SIZE(sockaddr_in6),
	OFFSET(sockaddr_in6, sin6_port),
	OFFSET(sockaddr_in6, sin6_addr),
	OFFSET(sockaddr_in6, sin6_scope_id),
	SIZE(sockaddr_un),
	OFFSET(sockaddr_un, sun_path),
	SIZE(sockaddr_storage),
	SIZE(msghdr),
	OFFSET(msghdr, msg_name),
	OFFSET(msghdr, msg_namelen),
	OFFSET(msghdr, msg_iov),
	OFFSET(msghdr, msg_iovlen),
	OFFSET(msghdr, msg_control),
	OFFSET(msghdr, msg_controllen),
	OFFSET(msghdr, msg_flags),
	SIZE(cmsghdr),
	OFFSET(cmsghdr, cmsg_len),
	OFFSET(cmsghdr, cmsg_level),
	OFFSET(cmsghdr, cmsg_type),
	{ "sizeof siginfo_t", sizeof(siginfo_t) },

	/* Each architecture has its own values of these. */
	CONSTANT(O_DIRECT),
	CONSTANT(O_DIRECTORY),
	CONSTANT(O_NOFOLLOW),
	CONSTANT(O_TMPFILE),

	CONSTANT(SYS_accept4),
	CONSTANT(SYS_bind),
	CONSTANT(SYS_close),
	CONSTANT(SYS_connect),
	CONSTANT(SYS_dup),
	CONSTANT(SYS_epoll_create1),
	CONSTANT(SYS_epoll_ctl),
	CONSTANT(SYS_epoll_pwait2),
#ifdef SYS_epoll_wait
	CONSTANT(SYS_epoll_wait),
#else /* newer architectures have epoll_pwait alone, which takes the same and a signal mask, which may be null */
	{ "SYS_epoll_wait", SYS_epoll_pwait },
#endif
	CONSTANT(SYS_eventfd2),
	CONSTANT(SYS_fallocate),
	CONSTANT(SYS_fcntl),
	CONSTANT(SYS_fdatasync),
	CONSTANT(SYS_fsync),
	CONSTANT(SYS_ftruncate),
	CONSTANT(SYS_getpeername),
	CONSTANT(SYS_getsockname),
	CONSTANT(SYS_getsockopt),
	CONSTANT(SYS_gettid),
	CONSTANT(SYS_io_cancel),
	CONSTANT(SYS_io_destroy),
	CONSTANT(SYS_io_getevents),
	CONSTANT(SYS_io_setup),
	CONSTANT(SYS_io_submit),
	CONSTANT(SYS_io_uring_enter),
	CONSTANT(SYS_linkat),
	CONSTANT(SYS_listen),
	CONSTANT(SYS_lseek),
	CONSTANT(SYS_mincore),
	CONSTANT(SYS_mkdirat),
	CONSTANT(SYS_mmap),
	CONSTANT(SYS_msync),
	CONSTANT(SYS_munmap),
	CONSTANT(SYS_openat),
	CONSTANT(SYS_openat2),
	CONSTANT(SYS_pidfd_open),
	CONSTANT(SYS_pipe2),
	CONSTANT(SYS_ppoll),
	CONSTANT(SYS_pread64),
	CONSTANT(SYS_preadv),
	CONSTANT(SYS_pselect6),
	CONSTANT(SYS_pwrite64),
	CONSTANT(SYS_pwritev),
	CONSTANT(SYS_read),
	CONSTANT(SYS_readv),
	CONSTANT(SYS_recvfrom),
	CONSTANT(SYS_recvmsg),
	CONSTANT(SYS_renameat2),
	CONSTANT(SYS_rt_sigprocmask),
	CONSTANT(SYS_sendmsg),
	CONSTANT(SYS_sendto),
	CONSTANT(SYS_setsockopt),
	CONSTANT(SYS_shutdown),
	CONSTANT(SYS_signalfd4),
	CONSTANT(SYS_socket),
	CONSTANT(SYS_socketpair),
	CONSTANT(SYS_splice),
	CONSTANT(SYS_statx),
	CONSTANT(SYS_symlinkat),
	CONSTANT(SYS_tee),
	CONSTANT(SYS_tgkill),
	CONSTANT(SYS_unlinkat),
	CONSTANT(SYS_waitid),
	CONSTANT(SYS_write),
	CONSTANT(SYS_writev),

	{ NULL, 0 },
};

const void *ferrule_abi_table(void)
{
	return table;
}
