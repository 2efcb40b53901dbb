/* SPDX-License-Identifier: Apache-2.0 */
/**
 * nl_socket.h - the inside of net/nl.h, for the files that make it up.
 */
#ifndef NET_NL_SOCKET_H
#define NET_NL_SOCKET_H

#include "net/nl.h"

/* The kernel makes its messages of a dump as large as the receiver's buffer, up to this. */
#define NL_ANSWER_MAX 32768

struct nl {
	struct mnl_socket *socket;
	uint32_t sequence;
	uint32_t port; /* the socket's, once it hears what is not for it alone; else 0 */
	bool listening;
	_Alignas(struct nlmsghdr) unsigned char buf[NL_ANSWER_MAX];
};

/* nl_receive - into nl->buf; only the kernel's word counts. Returns its length, or -errno. */
ssize_t nl_receive(struct nl *nl, int flags, struct err *e);

/* nl_is_answer - is that an answer to the request, and nobody else's? */
bool nl_is_answer(const struct nl *nl, const struct nl_request *r, const struct nlmsghdr *m);

/* nl_error - what an NLMSG_ERROR says: 0 or -errno. */
int nl_error(const struct nlmsghdr *m, struct err *e);

#endif
