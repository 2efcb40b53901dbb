/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/make.h"

struct add_args {
	struct make_args make;
	char *bridge;
};

static const struct opt add_opts[] = {
	O_STRING_("bridge", 'b', struct add_args, bridge, "BRIDGE", "make NAME a port of it"),
	O_MAKE_(struct add_args, make),
	{ 0 },
};

/* Both ends of the same MTU: what does not fit through one of them is lost without a word. */
static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct link_new new = LINK_NEW("veth");
	struct add_args *a = args;
	int r;

	new.end.name = argv[0];
	new.end.up = !a->make.down;
	new.end.mtu = a->make.mtu > 0 ? (uint32_t)a->make.mtu : 0;
	new.peer.name = argv[1];
	r = make_link(global, &a->make, NULL, a->bridge, &new, &new.peer, e);
	make_args_done(&a->make);
	return r;
}

const struct command cmd_veth_add = {
	.name = "veth add",
	.synopsis = "NAME PEER",
	.about = "Make a pair of interfaces: NAME here, and PEER for a container.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.min_args = 2,
	.max_args = 2,
	.run = run_add,
};

REMOVE_COMMAND(veth, "NAME", "Delete a pair of interfaces by the name of either.");
