/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"
#include "net/ovs_change.h"

#include <errno.h>

static const char *const uuid_column[] = { "_uuid", NULL };

/* What there is: of operations 0 to 2, the configuration's row, a bridge and a port of the name. */
static int look(struct ovs *o, const char *bridge, struct json_doc **out, struct err *e)
{
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);

	ovsdb_op(&t, "select", "Open_vSwitch");
	ovsdb_where_all(&t);
	ovsdb_columns(&t, uuid_column);
	ovsdb_op_end(&t);
	ovs_select_name(&t, "Bridge", bridge, uuid_column);
	ovs_select_name(&t, "Port", bridge, uuid_column);
	return ovs_ask(o, &t, out, e);
}

/* ---- adding ---- */

/* A row that the next one refers to: inserted under a name of its own within the transaction. */
static void open_insert(struct ovsdb_txn *t, const char *table, const char *as, const char *name)
{
	ovsdb_op(t, "insert", table);
	json_out_name(t->out, "uuid-name");
	json_out_string(t->out, as);
	json_out_name(t->out, "row");
	json_out_object(t->out);
	json_out_name(t->out, "name");
	json_out_string(t->out, name);
}

static void refer(struct ovsdb_txn *t, const char *column, const char *to)
{
	json_out_name(t->out, column);
	ovsdb_put_uuid(t->out, "named-uuid", to);
}

static void close_insert(struct ovsdb_txn *t)
{
	json_out_end(t->out);
	ovsdb_op_end(t);
}

static void insert_bridge(struct ovsdb_txn *t, const char *bridge,
			  const struct ovs_bridge_options *options)
{
	open_insert(t, "Interface", "interface", bridge);
	json_out_name(t->out, "type");
	json_out_string(t->out, "internal");
	close_insert(t);
	open_insert(t, "Port", "port", bridge);
	refer(t, "interfaces", "interface");
	ovs_put_marks(t->out, NULL);
	close_insert(t);
	open_insert(t, "Bridge", "bridge", bridge);
	refer(t, "ports", "port");
	if (options->datapath_type) {
		json_out_name(t->out, "datapath_type");
		json_out_string(t->out, options->datapath_type);
	}
	ovs_put_marks(t->out, options->external_ids);
	close_insert(t);
}

/* A new database has no row that a bridge could belong to. */
static void insert_root(struct ovsdb_txn *t)
{
	ovsdb_op(t, "insert", "Open_vSwitch");
	json_out_name(t->out, "row");
	json_out_object(t->out);
	json_out_end(t->out);
	ovsdb_op_end(t);
}

static void mutate_root(struct ovsdb_txn *t, const char *mutator, const char *kind,
			const char *bridge)
{
	ovsdb_op(t, "mutate", "Open_vSwitch");
	ovsdb_where_all(t);
	ovsdb_mutate_set(t, "bridges", mutator, kind, bridge);
	ovsdb_op_end(t);
}

static int remove_bridge(struct ovs *o, const char *uuid, int64_t *number, struct err *e)
{
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *answer = NULL;

	mutate_root(&t, "delete", "uuid", uuid);
	return ovs_commit(o, &t, 0, &answer, number, e);
}

/* -EEXIST, when something has the name. */
static int check_free(struct ovs *o, const struct json_doc *there, struct err *e)
{
	_cleanup_(ovs_holder_done) struct ovs_holder holder = { 0 };
	const char *port = ovs_row_uuid(there, 2);
	int r;

	if (ovs_row_uuid(there, 1))
		return err_msg(e, EEXIST, "there is a bridge of this name already");
	if (!port)
		return 0;
	r = ovs_find_holder(o, port, &holder, e);
	return r < 0 ? r :
		       err_msg(e, EEXIST, "there is a port of this name already, on bridge %s",
			       holder.name);
}

/* The bridge that was not there before. If it cannot be removed, either, the first error is the one
 * to tell. */
static void undo_add(struct ovs *o, const char *bridge)
{
	autojson *there = NULL;
	int64_t number;

	if (ovs_reconnect(o, NULL) == 0 && look(o, bridge, &there, NULL) == 0 &&
	    ovs_row_uuid(there, 1))
		(void)remove_bridge(o, ovs_row_uuid(there, 1), &number, NULL);
}

static int try_add(struct ovs *o, const char *bridge, const struct ovs_bridge_options *options,
		   struct err *e)
{
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *there = NULL, *answer = NULL;
	int64_t number;
	int r = look(o, bridge, &there, e);

	if (r < 0 || (options->may_exist && ovs_row_uuid(there, 1)))
		return r;
	r = check_free(o, there, e);
	if (r < 0)
		return r;
	insert_bridge(&t, bridge, options);
	if (!ovs_row_uuid(there, 0))
		insert_root(&t);
	mutate_root(&t, "insert", "named-uuid", "bridge");
	r = ovs_commit(o, &t, t.n - 1, &answer, &number, e);
	if (ovs_is_refused(r))
		return r;
	if (r == 0)
		r = ovs_await(o, number, bridge, e);
	if (r < 0)
		undo_add(o, bridge);
	return r < 0 ? r : 1;
}

int ovs_add_br(struct ovs *o, const char *bridge, const struct ovs_bridge_options *options,
	       struct err *e)
{
	int r = ifname_check(bridge, "bridge", e);

	if (r < 0)
		return r;
	r = -EAGAIN;
	for (int i = 0; i < OVS_TRIES && r == -EAGAIN; i++)
		r = try_add(o, bridge, options, e);
	if (r < 0)
		(void)err_wrap(e, "add bridge %s: ", bridge);
	return r;
}

/* ---- removing ---- */

static int try_del(struct ovs *o, const char *bridge, bool if_exists, struct err *e)
{
	autojson *there = NULL;
	int64_t number;
	int r = look(o, bridge, &there, e);

	if (r < 0)
		return r;
	if (!ovs_row_uuid(there, 1))
		return if_exists ? 0 : err_msg(e, ENOENT, "there is no such bridge");
	r = remove_bridge(o, ovs_row_uuid(there, 1), &number, e);
	if (r == 0)
		r = ovs_await(o, number, NULL, e);
	return r < 0 ? r : 1;
}

int ovs_del_br(struct ovs *o, const char *bridge, bool if_exists, struct err *e)
{
	int r = -EAGAIN;

	for (int i = 0; i < OVS_TRIES && r == -EAGAIN; i++)
		r = try_del(o, bridge, if_exists, e);
	if (r < 0)
		(void)err_wrap(e, "remove bridge %s: ", bridge);
	return r;
}
