/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/make.h"

#include <errno.h>

#define VLAN_MAX 4094

struct add_args {
	struct make_args make;
	char *parent;
	int64_t id;
};

static const struct opt add_opts[] = {
	O_INT_("id", 'i', struct add_args, id, "N", "the VLAN, 1 to 4094"),
	O_STRING_("parent", 'P', struct add_args, parent, "INTERFACE", "the trunk"),
	O_MAKE_(struct add_args, make),
	{ 0 },
};

static int run_add(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct link_new new = LINK_NEW("vlan");
	struct add_args *a = args;
	int r;

	new.end.name = argv[0];
	new.vlan_id = (int)a->id;
	if (!a->parent)
		r = err_msg(e, EINVAL, "--parent: has to be given");
	else if (a->id < 1 || a->id > VLAN_MAX)
		r = err_msg(e, EINVAL, "--id: has to be from 1 to %d", VLAN_MAX);
	else
		r = make_link(global, &a->make, a->parent, NULL, &new, &new.end, e);
	make_args_done(&a->make);
	return r;
}

const struct command cmd_vlan_add = {
	.name = "vlan add",
	.synopsis = "NAME",
	.about = "Make an interface of one VLAN of a trunk.",
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_add,
};

REMOVE_COMMAND(vlan, "NAME", "Delete a VLAN interface.");
