/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netctl.h - what the commands of netctl share: the global options, and the table of commands.
 *
 * One file per command or group of commands. A command parses its options through its table, calls
 * the library, and prints.
 */
#ifndef NETCTL_NETCTL_H
#define NETCTL_NETCTL_H

#include "core/command.h"
#include "core/json.h"
#include "core/strv.h"

#define NETCTL_STATE_DIR "/run/netctl"

struct globals {
	bool json; /* for programs, not for people */
	bool debug;
	char *state_dir;    /* never NULL: NETCTL_STATE_DIR when not given */
	char *runtime;	    /* the OCI runtime; NULL: runlet. See target.h */
	char *runtime_root; /* for its --root; NULL: its default */
};

/* All of them, and the global options; main adds what is done before a command. */
extern const struct program netctl_program;

extern const struct command cmd_addr_add;
extern const struct command cmd_addr_del;
extern const struct command cmd_addr_flush;
extern const struct command cmd_addr_show;
extern const struct command cmd_apply;
extern const struct command cmd_attach;
extern const struct command cmd_bridge_add;
extern const struct command cmd_bridge_add_port;
extern const struct command cmd_bridge_del;
extern const struct command cmd_bridge_del_port;
extern const struct command cmd_bridge_show;
extern const struct command cmd_detach;
extern const struct command cmd_dhcp_event;
extern const struct command cmd_dhcp_start;
extern const struct command cmd_dhcp_status;
extern const struct command cmd_dhcp_stop;
extern const struct command cmd_diff;
extern const struct command cmd_dummy_add;
extern const struct command cmd_dummy_del;
extern const struct command cmd_internal_add;
extern const struct command cmd_internal_del;
extern const struct command cmd_internal_show;
extern const struct command cmd_ipvlan_add;
extern const struct command cmd_ipvlan_del;
extern const struct command cmd_link_delete;
extern const struct command cmd_link_down;
extern const struct command cmd_link_move;
extern const struct command cmd_link_rename;
extern const struct command cmd_link_show;
extern const struct command cmd_link_up;
extern const struct command cmd_macvlan_add;
extern const struct command cmd_macvlan_del;
extern const struct command cmd_monitor;
extern const struct command cmd_neigh_add;
extern const struct command cmd_neigh_del;
extern const struct command cmd_neigh_show;
extern const struct command cmd_netavark_create;
extern const struct command cmd_netavark_info;
extern const struct command cmd_netavark_setup;
extern const struct command cmd_netavark_teardown;
extern const struct command cmd_ovs_add_br;
extern const struct command cmd_ovs_add_port;
extern const struct command cmd_ovs_del_br;
extern const struct command cmd_ovs_del_port;
extern const struct command cmd_ovs_list_br;
extern const struct command cmd_ovs_list_ports;
extern const struct command cmd_ovs_port_to_br;
extern const struct command cmd_ovs_show;
extern const struct command cmd_portmap_add;
extern const struct command cmd_portmap_del;
extern const struct command cmd_portmap_list;
extern const struct command cmd_route_add;
extern const struct command cmd_route_del;
extern const struct command cmd_route_show;
extern const struct command cmd_show;
extern const struct command cmd_veth_add;
extern const struct command cmd_veth_del;
extern const struct command cmd_vlan_add;
extern const struct command cmd_vlan_del;

/* Flush what was printed; a failure (a full disk, a closed pipe) is an error. */
int finish_output(struct err *e);
/* Print a document, and that. */
int print_json(const struct json_out *o, struct err *e);
/* Ends a list that was shown: closes @o and prints it, or (NULL) what is for people. @r: what the
 * listing returned; -EUCLEAN, some could not be shown, is returned once the rest is out. */
int print_shown(struct json_out *o, int r, struct err *e);

#endif
