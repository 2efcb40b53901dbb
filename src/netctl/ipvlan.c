/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/make.h"

#include <errno.h>

struct add_args {
	struct make_args make;
	char *parent;
	int mode;
};

static const struct opt add_opts[] = {
	O_ENUM_("mode", 'm', struct add_args, mode, "MODE", ipvlan_mode_names,
		"l2 (the default), l3 or l3s"),
	O_STRING_("parent", 'P', struct add_args, parent, "INTERFACE", "the interface to share"),
	O_MAKE_(struct add_args, make),
	{ 0 },
};

static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct link_new new = LINK_NEW("ipvlan");
	struct add_args *a = args;
	int r;

	new.end.name = argv[0];
	new.mode = a->mode;
	if (!a->parent)
		r = err_msg(e, EINVAL, "--parent: has to be given");
	else
		r = make_link(global, &a->make, a->parent, NULL, &new, &new.end, e);
	make_args_done(&a->make);
	return r;
}

const struct command cmd_ipvlan_add = {
	.name = "ipvlan add",
	.synopsis = "NAME",
	.about = "Share an interface and its MAC address with a container, by an IPVLAN child of "
		 "it.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_add,
};

REMOVE_COMMAND(ipvlan, "NAME", "Delete an IPVLAN interface.");
