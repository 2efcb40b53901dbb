/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/cni.h"
#include "netctl/netctl.h"

#include "core/log.h"
#include "net/dhcp_client.h"

#include <signal.h>

#include "config.h"

static const struct opt global_opts[] = {
	O_FLAG_("json", 'j', struct globals, json, "print JSON"),
	O_FLAG_("debug", 0, struct globals, debug, "log what is done, step by step"),
	O_STRING_("state-dir", 0, struct globals, state_dir, "DIR", "keep records below DIR"),
	O_STRING_("runtime", 0, struct globals, runtime, "PROGRAM",
		  "the OCI runtime that knows the containers"),
	O_STRING_("runtime-root", 0, struct globals, runtime_root, "DIR", "its --root"),
	{ 0 },
};

/* clang-format off */
static const struct command *const commands[] = {
	&cmd_addr_add,
	&cmd_addr_del,
	&cmd_addr_flush,
	&cmd_addr_show,
	&cmd_apply,
	&cmd_attach,
	&cmd_bridge_add,
	&cmd_bridge_add_port,
	&cmd_bridge_del,
	&cmd_bridge_del_port,
	&cmd_bridge_show,
	&cmd_detach,
	&cmd_dhcp_event,
	&cmd_dhcp_start,
	&cmd_dhcp_status,
	&cmd_dhcp_stop,
	&cmd_diff,
	&cmd_dummy_add,
	&cmd_dummy_del,
	&cmd_internal_add,
	&cmd_internal_del,
	&cmd_internal_show,
	&cmd_ipvlan_add,
	&cmd_ipvlan_del,
	&cmd_link_delete,
	&cmd_link_down,
	&cmd_link_move,
	&cmd_link_rename,
	&cmd_link_show,
	&cmd_link_up,
	&cmd_macvlan_add,
	&cmd_macvlan_del,
	&cmd_monitor,
	&cmd_neigh_add,
	&cmd_neigh_del,
	&cmd_neigh_show,
	&cmd_netavark_create,
	&cmd_netavark_info,
	&cmd_netavark_setup,
	&cmd_netavark_teardown,
	&cmd_ovs_add_br,
	&cmd_ovs_add_port,
	&cmd_ovs_del_br,
	&cmd_ovs_del_port,
	&cmd_ovs_list_br,
	&cmd_ovs_list_ports,
	&cmd_ovs_port_to_br,
	&cmd_ovs_show,
	&cmd_portmap_add,
	&cmd_portmap_del,
	&cmd_portmap_list,
	&cmd_route_add,
	&cmd_route_del,
	&cmd_route_show,
	&cmd_show,
	&cmd_veth_add,
	&cmd_veth_del,
	&cmd_vlan_add,
	&cmd_vlan_del,
	NULL,
};
/* clang-format on */

static int prepare(void *globals, const struct command *c _unused_, struct err *e)
{
	struct globals *g = globals;

	if (!g->state_dir)
		g->state_dir = (char *)NETCTL_STATE_DIR;
	return log_open(NULL, LOG_TEXT, g->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING, e);
}

static const struct program netctl_program = {
	.name = "netctl",
	.about = "network plumbing for containers",
	.version = "netctl version " PACKAGE_VERSION "\n",
	.opts = global_opts,
	.globals_size = sizeof(struct globals),
	.commands = commands,
	.prepare = prepare,
};

int main(int argc, char **argv)
{
	/* Ignored, the kernel would reap children before we can ask how they ended. */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (cni_is_called(argc))
		return cni_main(argv);
	/* What a DHCP client runs at an event: that is all there is on the command line. */
	if (argc == 2 && getenv(DHCP_ENV))
		return program_main(&netctl_program, 3,
				    (char *[]){ argv[0], "dhcp-event", argv[1], NULL });
	return program_main(&netctl_program, argc, argv);
}
