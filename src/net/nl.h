/* SPDX-License-Identifier: Apache-2.0 */
/**
 * nl.h - requests to the kernel's routing netlink, over libmnl (rtnetlink(7), netlink(7)).
 *
 * A request is built in place and sent by nl_talk, which reads the whole answer: the kernel's
 * errors come with its own explanation (extended acks). A socket belongs to the network namespace
 * that it was opened in, whoever uses it later, and keeps that namespace alive: everything in
 * net/link.h, net/addr.h, net/route.h and net/neigh.h acts in the namespace of the socket it gets.
 */
#ifndef NET_NL_H
#define NET_NL_H

#include "core/err.h"
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

struct nl;

/* nl_open - a socket in the caller's network namespace. */
int nl_open(struct nl **out, struct err *e);
/* nl_open_in - the same in the namespace of a descriptor (net/netns.h); -1: the caller's. The
 * caller is back in its own when this returns. @netns is borrowed. */
int nl_open_in(int netns, struct nl **out, struct err *e);
void nl_close(struct nl *nl); /* accepts NULL */
void nl_close_p(struct nl **nl);
#define autonl _cleanup_(nl_close_p) struct nl

/* ---- building ---- */

#define NL_REQUEST_MAX 4096

struct nl_request {
	union {
		struct nlmsghdr header;
		unsigned char bytes[NL_REQUEST_MAX];
	};
	bool overflow; /* something did not fit: nl_talk refuses it with -EMSGSIZE */
};

/* nl_begin - a new request. @flags: NLM_F_*; NLM_F_REQUEST and, unless it dumps, NLM_F_ACK are
 * added. @body: the type's fixed part (struct ifinfomsg, …). */
void nl_begin(struct nl_request *r, uint16_t type, uint16_t flags, const void *body, size_t len);
void nl_put(struct nl_request *r, uint16_t type, const void *data, size_t len);
void nl_put_u8(struct nl_request *r, uint16_t type, uint8_t value);
void nl_put_u16(struct nl_request *r, uint16_t type, uint16_t value);
void nl_put_u32(struct nl_request *r, uint16_t type, uint32_t value);
void nl_put_text(struct nl_request *r, uint16_t type, const char *text); /* with the NUL */
/* Attributes put between the two are nested. @nest may be NULL (it did not fit). */
struct nlattr *nl_nest(struct nl_request *r, uint16_t type);
void nl_nest_end(struct nl_request *r, struct nlattr *nest);
/* Further fixed bytes, padded to 4, for what nests a body of its own (VETH_INFO_PEER). */
void nl_put_body(struct nl_request *r, const void *body, size_t len);

/* ---- talking ---- */

/* Called for each message of an answer; a negative value ends the reading and is returned. */
typedef int nl_each(const struct nlmsghdr *m, void *data, struct err *e);

/**
 * nl_talk - send a request and read all of the answer.
 * @each: gets the messages that carry data; NULL when none is expected
 *
 * A dump that was overtaken by a change is not repeated (nl_dump does that).
 *
 * Returns: 0; the kernel's -errno, the message being its explanation and the errno in words; for
 * -EPERM it names the capability that is missing. -EBADMSG, the answer makes no sense.
 */
int nl_talk(struct nl *nl, struct nl_request *r, nl_each *each, void *data, struct err *e);

/**
 * nl_dump - send a request that dumps, and send it again when the answer was inconsistent.
 * @restart: called before every attempt, to forget what the last one gave; may be NULL
 */
int nl_dump(struct nl *nl, struct nl_request *r, nl_each *each, void (*restart)(void *data),
	    void *data, struct err *e);

/**
 * nl_talk_until - send a request that the kernel takes long for, and return as soon as it announces
 * what counts.
 * @group: where it does (RTNLGRP_LINK, …)
 * @seen: is that it? Called for whatever comes from the group
 *
 * The request is made by a process that nobody has to wait for: it has nothing open but the socket,
 * and ends when the kernel is done. For a socket through which something was asked before.
 *
 * Returns: 0; the kernel's -errno; -EAGAIN: it is not known what became of it, ask again.
 */
typedef bool nl_seen(const struct nlmsghdr *m, void *data);
int nl_talk_until(struct nl *nl, struct nl_request *r, unsigned group, nl_seen *seen, void *data,
		  struct err *e);

/* ---- listening ---- */

int nl_fd(const struct nl *nl); /* borrowed: to wait for it */
/* nl_listen - receive the changes of a group (RTNLGRP_LINK, …) from now on. */
int nl_listen(struct nl *nl, unsigned group, struct err *e);

/**
 * nl_events - read the changes that have arrived, without waiting.
 *
 * For a socket that nl_listen was called on and nothing else is asked through.
 *
 * Returns: the number of messages, 0 when there are none for now; -ENOBUFS, some were lost: read
 * everything anew; or what @each returned.
 */
int nl_events(struct nl *nl, nl_each *each, void *data, struct err *e);

/* ---- reading, pure ---- */

/* A message's fixed part; NULL when it is shorter than that. */
const void *nl_body(const struct nlmsghdr *m, size_t len);

/* nl_attributes - a message's attributes by type. @table has @max + 1 entries; those that are not
 * there become NULL; the last of a type counts. */
void nl_attributes(const struct nlmsghdr *m, size_t body, const struct nlattr **table,
		   uint16_t max);
/* The same for those nested in @nest, which may be NULL. */
void nl_nested(const struct nlattr *nest, const struct nlattr **table, uint16_t max);

/* @fallback when it is absent or not of that size. */
uint8_t nl_u8(const struct nlattr *a, uint8_t fallback);
uint16_t nl_u16(const struct nlattr *a, uint16_t fallback);
uint32_t nl_u32(const struct nlattr *a, uint32_t fallback);
/* "" when it is absent or not terminated; borrowed from the message. */
const char *nl_text(const struct nlattr *a);
/* Copies it, cut to fit. */
void nl_copy_text(const struct nlattr *a, char *out, size_t size);

#endif
