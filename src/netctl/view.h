/* SPDX-License-Identifier: Apache-2.0 */
/**
 * view.h - interfaces as people and programs get to see them.
 */
#ifndef NETCTL_VIEW_H
#define NETCTL_VIEW_H

#include "core/json.h"
#include "net/addr.h"
#include "net/link.h"
#include "netctl/target.h"

/* The options of what shows. */
struct show_args {
	struct target target;
	bool json;
};

/* clang-format off */
#define O_SHOW_(t, m)                                                                              \
	O_FLAG_("json", 'j', t, m.json, "print JSON"),                                             \
	O_TARGET_(t, m.target)
/* clang-format on */
extern const struct opt show_opts[]; /* just these, in a struct show_args */

/* Everything of a namespace at one moment. */
struct view {
	struct link *links;
	size_t n_links;
	struct addr *addrs;
	size_t n_addrs;
};

int view_load(struct nl *nl, struct view *v, struct err *e);
void view_done(struct view *v);

/* view_open - the view of the namespace that the options name, and a socket there.
 * @name: an interface that has to be there, which *only becomes; NULL: none */
int view_open(const struct globals *g, const struct show_args *a, const char *name, struct nl **nl,
	      struct view *v, const struct link **only, struct err *e);

/* The name of an interface by its index: "?" when it is none of this namespace. */
const char *view_name(const struct view *v, int index);
/* NULL when there is none. */
const struct link *view_find(const struct view *v, const char *name);

/* The members of an object: name, index, kind, mac, mtu, flags, state, parent, master, addresses, …
 */
void view_encode_members(const struct view *v, const struct link *l, struct json_out *o);
/* The same as an object. */
void view_encode_link(const struct view *v, const struct link *l, struct json_out *o);
/* One object: address, prefix, family, scope, interface. */
void view_encode_addr(const struct view *v, const struct addr *a, struct json_out *o);
/* "macvlan bridge on eth0": what is to be known of an interface besides its columns; heap. */
char *view_detail(const struct view *v, const struct link *l);
/* "up", "down", "no-carrier", … */
const char *view_state(const struct link *l);

/* view_show - the command's run(): what view_open gives, as JSON or as text. */
int view_show(const struct globals *g, const struct show_args *a, const char *name,
	      int (*as_json)(const struct view *v, const struct link *only, struct err *e),
	      void (*as_text)(const struct view *v, const struct link *only), struct err *e);

#endif
