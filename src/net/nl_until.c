/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "core/rtnetlink.h"
#include "net/nl_socket.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A machine that is very busy takes its time; and then we ask in the ordinary way. */
#define PATIENCE_MS 5000
#define DESCRIPTORS 1024

/* Whoever reads what we print waits until nobody has the pipe open; and locks are held for as long.
 */
static void close_others(int keep)
{
	if (syscall(SYS_close_range, keep + 1, ~0U, 0) == 0 &&
	    (keep == 0 || syscall(SYS_close_range, 0, keep - 1, 0) == 0))
		return;
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (fd != keep)
			(void)close(fd);
}

/* In the child of a child, so that nobody has to reap it. The answer comes to the same socket. */
static int send_apart(const struct nl *nl, const struct nl_request *r)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		pid_t second = fork();

		if (second == 0) {
			close_others(nl_fd(nl));
			(void)sendto(nl_fd(nl), r->bytes, r->header.nlmsg_len, 0,
				     (const struct sockaddr *)&kernel, sizeof(kernel));
		}
		_exit(second < 0);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : -EAGAIN;
}

static int membership(struct nl *nl, int option, unsigned group)
{
	return mnl_socket_setsockopt(nl->socket, option, &group, sizeof(group));
}

/* 1 when that was it, 0, or what the kernel answered. */
static int look(const struct nl *nl, const struct nl_request *r, size_t len, nl_seen *seen,
		void *data, struct err *e)
{
	struct rtnl_reader in = { nl->buf, len };
	const struct nlmsghdr *m;

	while ((m = rtnl_next_message(&in))) {
		if (m->nlmsg_type == NLMSG_ERROR && nl_is_answer(nl, r, m)) {
			int ret = nl_error(m, e);

			return ret < 0 ? ret : 1;
		}
		if (m->nlmsg_type >= NLMSG_MIN_TYPE && seen(m, data))
			return 1;
	}
	return 0;
}

/* 1 when something came, else 0. */
static int wait_for_more(const struct nl *nl, int64_t until)
{
	struct pollfd p = { .fd = nl_fd(nl), .events = POLLIN };
	int64_t left = until - monotonic_ms();

	return left > 0 && poll(&p, 1, (int)left) > 0;
}

static int wait_until(struct nl *nl, const struct nl_request *r, nl_seen *seen, void *data,
		      struct err *e)
{
	int64_t until = monotonic_ms() + PATIENCE_MS;
	int ret = 0;

	while (ret == 0) {
		ssize_t n = wait_for_more(nl, until) ? nl_receive(nl, MSG_DONTWAIT, NULL) : -EAGAIN;

		if (n < 0)
			return -EAGAIN; /* too many others' events, or none: whoever asks again
					   knows */
		ret = look(nl, r, (size_t)n, seen, data, e);
	}
	return MIN(ret, 0);
}

/*
 * The rest of the events is nobody's. It has to go: a socket whose queue ran over takes nothing,
 * the answer to the next request neither, until it is empty. Whatever else may come is told by its
 * sequence number.
 */
static void stop_listening(struct nl *nl, unsigned group)
{
	(void)membership(nl, NETLINK_DROP_MEMBERSHIP, group);
	while (recv(nl_fd(nl), nl->buf, sizeof(nl->buf), MSG_DONTWAIT) >= 0 || errno == ENOBUFS ||
	       errno == EINTR)
		;
}

int nl_talk_until(struct nl *nl, struct nl_request *r, unsigned group, nl_seen *seen, void *data,
		  struct err *e)
{
	struct sockaddr_nl own = { 0 };
	socklen_t len = sizeof(own);
	int ret;

	if (r->overflow)
		return err_msg(e, EMSGSIZE, "netlink request too long");
	if (membership(nl, NETLINK_ADD_MEMBERSHIP, group) < 0 ||
	    getsockname(nl_fd(nl), (struct sockaddr *)&own, &len) < 0 || own.nl_pid == 0)
		return -EAGAIN;
	nl->port = own.nl_pid;
	r->header.nlmsg_seq = ++nl->sequence;
	ret = send_apart(nl, r);
	if (ret == 0)
		ret = wait_until(nl, r, seen, data, e);
	else
		ret = -EAGAIN;
	stop_listening(nl, group);
	return ret;
}
