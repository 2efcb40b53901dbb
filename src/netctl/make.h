/* SPDX-License-Identifier: Apache-2.0 */
/**
 * make.h - making an interface and giving it what it needs, for the commands that add one.
 */
#ifndef NETCTL_MAKE_H
#define NETCTL_MAKE_H

#include "net/link.h"
#include "netctl/target.h"

/* The options that they share; they are for the end that the container gets. */
struct make_args {
	struct target target;
	char *mac;
	int64_t mtu;
	bool down;
	char **addresses;
	char **gateways;
};

/* clang-format off */
#define O_MAKE_(t, m)                                                                              \
	O_STRV_("address", 'a', t, m.addresses, "IP/PREFIX", "give it an address, repeatable"),     \
	O_FLAG_("down", 0, t, m.down, "leave it down"),                                            \
	O_STRV_("gateway", 'g', t, m.gateways, "IP", "a default route through it, one per family"), \
	O_STRING_("mac", 0, t, m.mac, "MAC", "its MAC address"),                                   \
	O_INT_("mtu", 0, t, m.mtu, "BYTES", "its MTU"),                                            \
	O_TARGET_(t, m.target)
/* clang-format on */

/**
 * make_link - make what @new says, with the options' MAC, MTU and namespace for @inner, and give
 * @inner its addresses and routes.
 * @parent: the name of new->parent; NULL: none
 * @master: the name of new->master; NULL: none
 * @inner: &new->end or &new->peer
 *
 * All that was given is checked before anything is made; what was made is removed when a later step
 * fails.
 */
int make_link(const struct globals *g, const struct make_args *a, const char *parent,
	      const char *master, struct link_new *new, struct link_end *inner, struct err *e);
/* Frees the vectors of the options. */
void make_args_done(struct make_args *a);

struct remove_args {
	struct target target;
	bool if_exists;
};

extern const struct opt remove_opts[];

/* remove_link - delete an interface, which must be of @kind (NULL: any). The command's run(). */
int remove_link(const struct globals *g, const struct remove_args *a, const char *kind,
		const char *name, struct err *e);

/* REMOVE_COMMAND - the command "KIND del", as cmd_KIND_del. */
#define REMOVE_COMMAND(kind, what, help)                                                           \
	static int run_del(const void *global, void *args, int argc _unused_, char **argv,         \
			   struct err *e)                                                          \
	{                                                                                          \
		return remove_link(global, args, #kind, argv[0], e);                               \
	}                                                                                          \
                                                                                                   \
	const struct command cmd_##kind##_del = {                                                  \
		.name = #kind " del",                                                              \
		.synopsis = what,                                                                  \
		.about = help,                                                                     \
		.opts = remove_opts,                                                               \
		.args_size = sizeof(struct remove_args),                                           \
		.min_args = 1,                                                                     \
		.max_args = 1,                                                                     \
		.run = run_del,                                                                    \
	}

#endif
