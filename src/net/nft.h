/* SPDX-License-Identifier: Apache-2.0 */
/**
 * nft.h - our table of nftables, "inet runlet": what is in it, and changing it.
 *
 * The rules are the same whatever containers there are. What belongs to a container are elements of
 * sets and maps, each with the container as its comment: so one lookup serves any number of them,
 * the kernel itself refuses a second holder of a key, and what is to be removed is found by asking
 * the kernel. A change is text for nft(8), which applies it as one transaction; reading is netlink,
 * without a process.
 *
 *	host4, host6	host address . protocol . port : container address . port
 *	any4, any6	protocol . port : container address . port
 *	near4, near6	subnet . container: between these, what goes through a host port is
 *			masqueraded, and what does not is never
 *	source4, source6	containers whose traffic to anywhere else is masqueraded
 */
#ifndef NET_NFT_H
#define NET_NFT_H

#include "core/err.h"
#include "core/str.h"

enum nft_set {
	NFT_HOST4,
	NFT_ANY4,
	NFT_HOST6,
	NFT_ANY6,
	NFT_NEAR4,
	NFT_NEAR6,
	NFT_SOURCE4,
	NFT_SOURCE6,
	NFT_SETS,
};
extern const char *const nft_set_names[NFT_SETS];

/* A comment is what the nft program takes: without the NUL. */
#define NFT_COMMENT_MAX 127
/* Of the rules: a table that bears another one is brought up to date. */
#define NFT_TABLE_VERSION "runlet 1"
#define NFT_KEY_MAX 40

/* An element as the kernel has it: fields one behind the other, each padded to four bytes, in
 * network order. */
struct nft_element {
	enum nft_set set;
	unsigned char key[NFT_KEY_MAX], key_end[NFT_KEY_MAX], data[NFT_KEY_MAX];
	size_t key_len, key_end_len, data_len; /* key_end: of an interval; data: of a map */
	char comment[NFT_COMMENT_MAX + 1];     /* "" without one */
};

struct nft_elements {
	struct nft_element *v;
	size_t n;
};
void nft_elements_done(struct nft_elements *l);

/**
 * nft_table_read - all elements of our table in the caller's network namespace.
 *
 * Returns: 1; 0 when there is no such table, or it is of another version; or -errno.
 */
int nft_table_read(struct nft_elements *out, struct err *e);

/* What makes the table, or brings an older one up to date: to go in front of a change. Elements
 * that are there stay. */
void nft_table_text(struct str *out);

/* nft_apply - one transaction. -EEXIST when an element that was to be created is there. */
int nft_apply(const struct str *text, struct err *e);

/* Reads one netlink message of a reply (NFT_MSG_NEWSETELEM). Returns 0 or -EBADMSG. For the fuzzer
 * as well. */
int nft_message_read(const void *message, size_t len, enum nft_set set, struct nft_elements *out);

#endif
