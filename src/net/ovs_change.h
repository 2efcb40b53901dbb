/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ovs_change.h - how net/ovs_bridge.c and net/ovs_port.c change the database.
 */
#ifndef NET_OVS_CHANGE_H
#define NET_OVS_CHANGE_H

#include "net/ovs.h"
#include "net/ovsdb.h"

#define OVS_DATABASE "Open_vSwitch"

struct ovs {
	struct jsonrpc *db;
	char *path;
	int timeout_ms;
	bool no_wait;
};

/* A change may be overtaken by another one, and is then thought over again, this often. */
#define OVS_TRIES 16

/* What somebody else did between reading and changing: -EAGAIN. */
int ovs_overtaken(struct err *e);

/* Asks; changes nothing. */
int ovs_ask(struct ovs *o, struct ovsdb_txn *t, struct json_doc **out, struct err *e);

/**
 * ovs_commit - change the database, and have ovs-vswitchd count the change.
 * @checked: the operation that has to change one row, the change being overtaken otherwise
 * @out: the answer
 * @number: of the change, for ovs_await; 0 when nobody waits
 *
 * Returns: 0; -EAGAIN, overtaken; or an error, and nothing is changed.
 */
int ovs_commit(struct ovs *o, struct ovsdb_txn *t, size_t checked, struct json_doc **out,
	       int64_t *number, struct err *e);

/* Was the change refused, so that nothing is done? Else, after an error, nobody knows. */
bool ovs_is_refused(int r);

/* A new connection, for taking back what was done when the old one may be of no use any more. */
int ovs_reconnect(struct ovs *o, struct err *e);

/**
 * ovs_await - wait until ovs-vswitchd has taken a change.
 * @interface: one that it has to be able to use then; or NULL
 *
 * Returns: 0; -ETIMEDOUT; -EIO, it cannot use the interface, in its words.
 */
int ovs_await(struct ovs *o, int64_t number, const char *interface, struct err *e);

/* The uuid of the first row of an answer's operation i, NULL without one. Borrowed. */
const char *ovs_row_uuid(const struct json_doc *answer, size_t i);

/* Adds to a transaction: read the rows of that name. */
void ovs_select_name(struct ovsdb_txn *t, const char *table, const char *name,
		     const char *const *columns);

/* What carries the name of a port, as ovs_find_holder found it: on which bridge. */
struct ovs_holder {
	char uuid[OVSDB_UUID_SIZE];
	char *name; /* heap */
};
void ovs_holder_done(struct ovs_holder *h);
/* Returns 0; -EAGAIN, no bridge has the port any more. */
int ovs_find_holder(struct ovs *o, const char *port_uuid, struct ovs_holder *out, struct err *e);

/* The member "external_ids" of a row that is ours. */
void ovs_put_marks(struct json_out *o, const struct strmap *given);

#endif
