/*
 * Echo as liburing's examples have it: accepts and receives are multishot, the kernel takes buffers from a ring when bytes have come, and a buffer goes
 * back when it has been sent. One system call hands over all that was prepared, and waits.
 */
#include "net.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <unistd.h>

#define ENTRIES 1024
#define BUFFERS 1024
#define GROUP 0
#define NONE -1

struct connection {
	int fd;
	int receiving, ended;
	/* Buffers to be sent, the first of which is being sent; the others after it, by `following`. */
	int first, last;
};

/* In the low bits of the user data, beside the connection. */
enum { ACCEPT, RECEIVE, SEND, KIND = 3 };

static struct io_uring ring;
static struct io_uring_buf_ring *provided;
static char *buffers;
static unsigned buffer_size;

/* Of each buffer that is to be sent: bytes that are left of it, where they begin, and the next buffer of the same connection. */
static struct {
	unsigned begin, left;
	int following;
} pieces[BUFFERS];

static struct io_uring_sqe *next_sqe(void)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	if (!sqe) {
		io_uring_submit(&ring);
		sqe = io_uring_get_sqe(&ring);
	}
	if (!sqe)
		fail("io_uring_get_sqe", EBUSY);
	return sqe;
}

static int done(const char *what, int result)
{
	if (result < 0)
		fail(what, -result);
	return result;
}

static void accept_all(int listener)
{
	struct io_uring_sqe *sqe = next_sqe();

	io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, 0);
	io_uring_sqe_set_data64(sqe, ACCEPT);
}

static void receive_all(struct connection *c)
{
	struct io_uring_sqe *sqe = next_sqe();

	io_uring_prep_recv_multishot(sqe, c->fd, NULL, 0, 0);
	io_uring_sqe_set_flags(sqe, IOSQE_BUFFER_SELECT);
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, (uintptr_t)c | RECEIVE);
	c->receiving = 1;
}

static void send_first(struct connection *c)
{
	struct io_uring_sqe *sqe = next_sqe();
	int id = c->first;

	io_uring_prep_send(sqe, c->fd, buffers + (size_t)id * buffer_size + pieces[id].begin, pieces[id].left,
			   MSG_WAITALL | MSG_NOSIGNAL);
	io_uring_sqe_set_data64(sqe, (uintptr_t)c | SEND);
}

static void give_back(int id)
{
	io_uring_buf_ring_add(provided, buffers + (size_t)id * buffer_size, buffer_size, id,
			      io_uring_buf_ring_mask(BUFFERS), 0);
	io_uring_buf_ring_advance(provided, 1);
}

static void close_when_over(struct connection *c)
{
	if (c->ended && !c->receiving && c->first == NONE) {
		close(c->fd);
		free(c);
	}
}

static void accepted(int listener, struct io_uring_cqe *cqe)
{
	if (cqe->res >= 0) {
		struct connection *c = allocated(sizeof(*c));

		c->fd = cqe->res;
		c->first = NONE;
		no_delay(c->fd);
		receive_all(c);
	}
	if (!(cqe->flags & IORING_CQE_F_MORE))
		accept_all(listener);
}

static void received(struct connection *c, struct io_uring_cqe *cqe)
{
	c->receiving = !!(cqe->flags & IORING_CQE_F_MORE);
	if (cqe->res > 0) {
		int id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;

		pieces[id].begin = 0;
		pieces[id].left = cqe->res;
		pieces[id].following = NONE;
		if (c->first == NONE) {
			c->first = id;
			send_first(c);
		} else {
			pieces[c->last].following = id;
		}
		c->last = id;
	} else if (cqe->res != -ENOBUFS) {
		c->ended = 1;
	}
	/* Without a buffer it ends, and one comes back by the time the kernel sees this. */
	if (!c->receiving && !c->ended)
		receive_all(c);
	close_when_over(c);
}

static void sent(struct connection *c, struct io_uring_cqe *cqe)
{
	int id = c->first;

	if (cqe->res < 0)
		c->ended = 1;
	pieces[id].left = cqe->res < 0 ? 0 : pieces[id].left - cqe->res;
	pieces[id].begin += cqe->res;
	if (!pieces[id].left) {
		c->first = pieces[id].following;
		give_back(id);
	}
	if (c->first != NONE)
		send_first(c);
	close_when_over(c);
}

static void open_ring(void)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
			 IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_CQSIZE,
		.cq_entries = 4 * ENTRIES
	};
	int error;

	done("io_uring_queue_init_params", io_uring_queue_init_params(ENTRIES, &ring, &params));
	done("io_uring_register_ring_fd", io_uring_register_ring_fd(&ring));
	io_uring_set_iowait(&ring, false); /* where the kernel can */
	provided = io_uring_setup_buf_ring(&ring, BUFFERS, GROUP, 0, &error);
	if (!provided)
		fail("io_uring_setup_buf_ring", -error);
	buffers = allocated((size_t)BUFFERS * buffer_size);
	for (int id = 0; id < BUFFERS; id++)
		give_back(id);
}

static void serve(char **argv)
{
	int listener;

	buffer_size = number(argv[0], 1, 1 << 20);
	open_ring();
	listener = listening(0);
	accept_all(listener);
	end_with_input();
	for (;;) {
		struct io_uring_cqe *cqe;
		unsigned head, seen = 0;
		int result = io_uring_submit_and_wait(&ring, 1);

		if (result != -EINTR && result != -EBUSY)
			done("io_uring_submit_and_wait", result);
		io_uring_for_each_cqe(&ring, head, cqe) {
			struct connection *c = (void *)(uintptr_t)(cqe->user_data & ~(uint64_t)KIND);

			switch (cqe->user_data & KIND) {
			case ACCEPT:
				accepted(listener, cqe);
				break;
			case RECEIVE:
				received(c, cqe);
				break;
			case SEND:
				sent(c, cqe);
				break;
			}
			seen++;
		}
		io_uring_cq_advance(&ring, seen);
	}
}

const struct command echo_uring = { "echo-uring", "BUFFER_BYTES", serve };
