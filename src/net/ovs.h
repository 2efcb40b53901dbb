/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ovs.h - bridges and ports of Open vSwitch, through its database.
 *
 * The names and the meaning are ovs-vsctl's. Every change is one transaction, safe beside others
 * that change the same bridge; what a failing call has made is removed before it returns. A change
 * waits until ovs-vswitchd has taken it, unless told not to.
 *
 * What is made here carries external_ids: "runlet" = "true", and whatever the caller gives.
 */
#ifndef NET_OVS_H
#define NET_OVS_H

#include "core/record.h"

#define OVS_DB_DEFAULT "/var/run/openvswitch/db.sock"
#define OVS_TIMEOUT_DEFAULT_MS 10000
#define OVS_MARK "runlet"		       /* key of external_ids of what is ours */
#define OVS_CONTAINER_ID "runlet-container-id" /* and of the container that a port is for */
#define OVS_VLAN_MAX 4095

struct ovs_options {
	const char *db; /* the server's socket, with or without "unix:"; NULL: OVS_DB_DEFAULT */
	int timeout_ms; /* of each step: connecting, an answer, ovs-vswitchd; 0: no limit */
	bool no_wait;	/* do not wait for ovs-vswitchd */
};

struct ovs; /* a connection */

/* Returns: 0; -ENOENT, -ECONNREFUSED: no server is there; -ETIMEDOUT. */
int ovs_open(const struct ovs_options *options, struct ovs **out, struct err *e);
void ovs_close(struct ovs *o);
void ovs_close_p(struct ovs **o);
#define autoovs _cleanup_(ovs_close_p) struct ovs

/* ---- changing ---- */

struct ovs_bridge_options {
	bool may_exist;
	const char *datapath_type;	   /* NULL: ovs-vswitchd's own choice, "system" */
	const struct strmap *external_ids; /* or NULL */
};

/**
 * ovs_add_br - make a bridge, with its internal port of the same name.
 *
 * Returns: 1 made; 0 it was there (with may_exist; it is left as it is); -EEXIST, a bridge or
 * port of this name is there; -EINVAL, a name that cannot be; -ETIMEDOUT, ovs-vswitchd did not
 * take it in time; -EIO, ovs-vswitchd says why it cannot; or an error of the connection.
 */
int ovs_add_br(struct ovs *o, const char *bridge, const struct ovs_bridge_options *options,
	       struct err *e);

/* ovs_del_br - remove a bridge and its ports. Returns: 1 removed; 0 there is none (with if_exists);
 * -ENOENT; -ETIMEDOUT, it is removed, but ovs-vswitchd has not noticed in time. */
int ovs_del_br(struct ovs *o, const char *bridge, bool if_exists, struct err *e);

struct ovs_port_options {
	bool may_exist;
	bool force;			   /* take it from another bridge */
	bool internal;			   /* have ovs-vswitchd make the interface */
	struct opt_uint tag;		   /* VLAN of an access port, up to OVS_VLAN_MAX */
	struct u32list trunks;		   /* VLANs of a trunk port; empty: all */
	const struct strmap *external_ids; /* or NULL */
};

/**
 * ovs_add_port - make an interface of this name a port of a bridge.
 *
 * A port that is on this bridge already, with may_exist, gets the tag, trunks and external_ids that
 * are given here; what is not given stays. One on another bridge is moved with force.
 *
 * Returns: 1 added, moved or changed; 0 it was there just so; -EEXIST, it is there (the message
 * names the bridge); -ENOENT, no such bridge; -EINVAL; -ETIMEDOUT; -EIO, ovs-vswitchd says why it
 * cannot (there is no such interface). After an error the port is where it was before, as long as
 * the server can be reached.
 */
int ovs_add_port(struct ovs *o, const char *bridge, const char *port,
		 const struct ovs_port_options *options, struct err *e);

/* ovs_del_port - remove a port. @bridge: where it has to be, or NULL. Returns: 1 removed; 0 there
 * is none (with if_exists); -ENOENT; -EINVAL, it is on another bridge, or is a bridge's own port;
 * -ETIMEDOUT, as with ovs_del_br. */
int ovs_del_port(struct ovs *o, const char *bridge, const char *port, bool if_exists,
		 struct err *e);

/* ---- reading ---- */

struct ovs_port {
	char *name;
	char *type; /* of its first interface: "", "internal", "vxlan", ... */
	struct opt_uint tag;
	struct u32list trunks;
	struct strmap external_ids;
	struct ovs_interface *interfaces; /* one, or several of a bond */
	size_t n_interfaces;
};

struct ovs_interface {
	char *name;
	char *type;
	char *error;	       /* why ovs-vswitchd cannot use it, or NULL */
	struct opt_int ofport; /* OpenFlow's number of it; -1: it could not be added */
};

struct ovs_bridge {
	char *name;
	char *datapath_type;
	struct strmap external_ids;
	struct ovs_port *ports; /* by name; its own, of the same name, too */
	size_t n_ports;
};

struct ovs_config {
	char *uuid;		    /* of the configuration's row; NULL in a database that is new */
	char *version;		    /* of ovs-vswitchd, or NULL */
	struct ovs_bridge *bridges; /* by name */
	size_t n_bridges;
};

/* ovs_load - all bridges and ports, as they are at one moment. Free with ovs_config_done. */
int ovs_load(struct ovs *o, struct ovs_config *out, struct err *e);
void ovs_config_done(struct ovs_config *c);
#define autoovsconfig _cleanup_(ovs_config_done) struct ovs_config
/* NULL when there is none. */
const struct ovs_bridge *ovs_find_bridge(const struct ovs_config *c, const char *name);
const struct ovs_port *ovs_find_port(const struct ovs_config *c, const char *name,
				     const struct ovs_bridge **bridge);

/* ovs_port_to_br - the bridge that a port is on. @out: heap. Returns: 1, or 0 there is no such
 * port. */
int ovs_port_to_br(struct ovs *o, const char *port, char **out, struct err *e);

/* ---- names, pure ---- */

/**
 * ovs_vi_name - the host's end of a container's link: "vi" and the container's id.
 * @out: of IFNAMSIZ bytes
 *
 * Returns: 0; -EINVAL, an id that is longer than 13 characters, or no part of an interface's name:
 * the caller has to be told a name then.
 */
int ovs_vi_name(const char *id, char *out, struct err *e);

#endif
