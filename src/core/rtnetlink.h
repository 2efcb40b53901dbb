/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rtnetlink.h - requests to the kernel's routing netlink: links, addresses, routes (rtnetlink(7)).
 *
 * A request is built in place: a header, a fixed body (struct ifinfomsg, …), attributes. Replies
 * are read as the kernel lays them out, every length checked against what was received; nothing is
 * copied. A socket belongs to the network namespace that it was opened in, whoever uses it, and
 * keeps that namespace alive.
 */
#ifndef CORE_RTNETLINK_H
#define CORE_RTNETLINK_H

#include "core/err.h"
#include <linux/rtnetlink.h>

#define RTNL_REQUEST_MAX 2048

struct rtnl_request {
	union {
		struct nlmsghdr header;
		unsigned char bytes[RTNL_REQUEST_MAX];
	};
	bool overflow; /* something did not fit: rtnl_talk refuses it with -EMSGSIZE */
};

/* rtnl_begin - a new request. @flags: NLM_F_*; NLM_F_REQUEST and, unless it dumps, NLM_F_ACK are
 * added. @body: the type's fixed part. */
void rtnl_begin(struct rtnl_request *r, uint16_t type, uint16_t flags, const void *body,
		size_t len);
void rtnl_put(struct rtnl_request *r, uint16_t type, const void *data, size_t len);
void rtnl_put_u32(struct rtnl_request *r, uint16_t type, uint32_t value);
/* With the NUL. */
void rtnl_put_text(struct rtnl_request *r, uint16_t type, const char *text);

/* A netlink socket in the caller's network namespace. Returns an fd. */
int rtnl_open(struct err *e);

/* Called for each message of a reply; a negative value ends the reading and is returned. */
typedef int rtnl_each(const struct nlmsghdr *m, void *data, struct err *e);

/**
 * rtnl_talk - send a request and read all of the reply.
 * @each: gets the messages that carry data; NULL when none is expected
 *
 * The request is addressed to the kernel by name, so that the rights which count are this
 * process's, not those of whoever opened the socket.
 *
 * Returns: 0; the kernel's -errno, with its own explanation when it gave one; -EAGAIN, a dump was
 * overtaken by a change (ask again); -EBADMSG, the reply makes no sense.
 */
int rtnl_talk(int sock, struct rtnl_request *r, rtnl_each *each, void *data, struct err *e);

/* ---- reading, pure ---- */

/* What is left of some received bytes, or of a message's attributes; aligned to 4. */
struct rtnl_reader {
	const void *p;
	size_t len;
};

/* The next message, whole; NULL at the end, and for a malformed rest, which is dropped. */
const struct nlmsghdr *rtnl_next_message(struct rtnl_reader *in);
/* A message's fixed part; NULL when it is shorter than that. */
const void *rtnl_body(const struct nlmsghdr *m, size_t len);
/* Its attributes, which follow a fixed part of that size. */
struct rtnl_reader rtnl_attributes(const struct nlmsghdr *m, size_t body);
const struct rtattr *rtnl_next_attribute(struct rtnl_reader *in);
/* The first attribute of a type, or NULL. */
const struct rtattr *rtnl_find(const struct nlmsghdr *m, size_t body, uint16_t type);

size_t rtnl_length(const struct rtattr *a);
/* 0 when it is absent or not of that size. */
uint32_t rtnl_u32(const struct rtattr *a);
/* "" when it is absent or not terminated. */
const char *rtnl_text(const struct rtattr *a);

/* What has become of a reply so far. */
struct rtnl_reply {
	rtnl_each *each; /* NULL when no data is expected */
	void *data;
	bool complete;
	int result; /* the first error, as rtnl_talk returns it */
};
/* rtnl_reply_take - the next message of it, for those who receive by themselves. To be given all of
 * them whatever happens: a socket with half a dump in it takes no other request. */
void rtnl_reply_take(struct rtnl_reply *to, const struct nlmsghdr *m, struct err *e);

/* rtnl_error - what an NLMSG_ERROR says: 0 for success, else -errno, with the kernel's words. */
int rtnl_error(const struct nlmsghdr *m, struct err *e);

#endif
