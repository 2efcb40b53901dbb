/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"
#include "net/ovs_change.h"

#include <errno.h>
#include <stdio.h>

static const char *const uuid_column[] = { "_uuid", NULL };

/* What is known of a port before it is changed. */
struct place {
	struct json_doc *answer;
	const char *bridge_uuid; /* of the bridge that it is to be on; NULL: there is none */
	const char *port_uuid;	 /* NULL: there is no such port */
	const struct json *row;	 /* the port's */
	struct ovs_holder on;	 /* where it is */
	bool is_local;		 /* a bridge's own */
	bool is_internal;
};

static void place_done(struct place *p)
{
	json_free(p->answer);
	ovs_holder_done(&p->on);
}

/* @bridge: "" for any */
static int look(struct ovs *o, const char *bridge, const char *port, struct place *p, struct err *e)
{
	static const char *const columns[] = { "_uuid", "tag", "trunks", "external_ids", NULL };
	static const char *const type_column[] = { "type", NULL };
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	const struct json *interfaces;
	const char *type;
	int r;

	ovs_select_name(&t, "Bridge", bridge, uuid_column);
	ovs_select_name(&t, "Port", port, columns);
	ovs_select_name(&t, "Bridge", port, uuid_column);
	ovs_select_name(&t, "Interface", port, type_column);
	r = ovs_ask(o, &t, &p->answer, e);
	if (r < 0)
		return r;
	p->bridge_uuid = ovs_row_uuid(p->answer, 0);
	p->port_uuid = ovs_row_uuid(p->answer, 1);
	p->is_local = ovs_row_uuid(p->answer, 2);
	interfaces = ovsdb_rows(p->answer, 3);
	type = interfaces->n ? ovsdb_text(&interfaces->items[0], "type") : NULL;
	p->is_internal = type && str_eq(type, "internal");
	if (!p->port_uuid)
		return 0;
	p->row = &ovsdb_rows(p->answer, 1)->items[0];
	return ovs_find_holder(o, p->port_uuid, &p->on, e);
}

/* ---- columns ---- */

static void put_vlans(struct json_out *o, const char *column, const uint32_t *vlans, size_t n)
{
	json_out_name(o, column);
	json_out_array(o);
	json_out_string(o, "set");
	json_out_array(o);
	for (size_t i = 0; i < n; i++)
		json_out_u64(o, vlans[i]);
	json_out_end(o);
	json_out_end(o);
}

static void put_given_vlans(struct json_out *o, const struct ovs_port_options *given)
{
	uint32_t tag = (uint32_t)given->tag.value;

	if (given->tag.is_set)
		put_vlans(o, "tag", &tag, 1);
	if (given->trunks.n > 0)
		put_vlans(o, "trunks", given->trunks.v, given->trunks.n);
}

/* What was there and what is given, which wins. */
static struct strmap merge(const struct json *row, const struct strmap *given)
{
	_cleanup_(strmap_done) struct strmap old = ovsdb_map(row, "external_ids");
	struct strmap all = { 0 };

	all.v = xcalloc(old.n + given->n + 1, sizeof(*all.v));
	for (size_t i = 0; i < old.n; i++)
		if (!strmap_get(given, old.v[i].name))
			all.v[all.n++] = (struct strmap_entry){ xstrdup(old.v[i].name),
								xstrdup(old.v[i].value) };
	for (size_t i = 0; i < given->n; i++)
		all.v[all.n++] = (struct strmap_entry){ xstrdup(given->v[i].name),
							xstrdup(given->v[i].value) };
	return all;
}

static void open_update(struct ovsdb_txn *t, const char *uuid)
{
	ovsdb_op(t, "update", "Port");
	ovsdb_where_uuid(t, "_uuid", "==", uuid);
	json_out_name(t->out, "row");
	json_out_object(t->out);
}

static void close_update(struct ovsdb_txn *t)
{
	json_out_end(t->out);
	ovsdb_op_end(t);
}

static void update_port(struct ovsdb_txn *t, const struct place *p,
			const struct ovs_port_options *given)
{
	open_update(t, p->port_uuid);
	put_given_vlans(t->out, given);
	if (given->external_ids) {
		_cleanup_(strmap_done) struct strmap all = merge(p->row, given->external_ids);

		json_out_name(t->out, "external_ids");
		ovsdb_put_map(t->out, &all);
	}
	close_update(t);
}

/* ---- is it so already? ---- */

static bool has_vlans(const struct json *value, const uint32_t *vlans, size_t n)
{
	size_t found = 0;

	if (ovsdb_set_size(value) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%u", vlans[i]);
		for (size_t j = 0; j < n; j++) {
			const struct json *item = ovsdb_set_item(value, j);

			found += item->type == JSON_NUMBER && str_eq(item->text, text);
		}
	}
	return found == n;
}

static bool has_marks(const struct json *row, const struct strmap *given)
{
	_cleanup_(strmap_done) struct strmap old = ovsdb_map(row, "external_ids");

	for (size_t i = 0; given && i < given->n; i++) {
		const char *value = strmap_get(&old, given->v[i].name);

		if (!value || !str_eq(value, given->v[i].value))
			return false;
	}
	return true;
}

static bool is_so(const struct json *row, const struct ovs_port_options *given)
{
	uint32_t tag = (uint32_t)given->tag.value;

	return (!given->tag.is_set || has_vlans(json_get(row, "tag"), &tag, 1)) &&
	       (given->trunks.n == 0 ||
		has_vlans(json_get(row, "trunks"), given->trunks.v, given->trunks.n)) &&
	       has_marks(row, given->external_ids);
}

/* ---- changes, and the way back ---- */

static void mutate_bridge(struct ovsdb_txn *t, const char *bridge_uuid, const char *mutator,
			  const char *kind, const char *port)
{
	ovsdb_op(t, "mutate", "Bridge");
	ovsdb_where_uuid(t, "_uuid", "==", bridge_uuid);
	ovsdb_mutate_set(t, "ports", mutator, kind, port);
	ovsdb_op_end(t);
}

static void insert_port(struct ovsdb_txn *t, const char *bridge_uuid, const char *port,
			const struct ovs_port_options *given)
{
	ovsdb_op(t, "insert", "Interface");
	json_out_name(t->out, "uuid-name");
	json_out_string(t->out, "interface");
	json_out_name(t->out, "row");
	json_out_object(t->out);
	json_out_name(t->out, "name");
	json_out_string(t->out, port);
	json_out_name(t->out, "type");
	json_out_string(t->out, given->internal ? "internal" : "");
	json_out_end(t->out);
	ovsdb_op_end(t);
	ovsdb_op(t, "insert", "Port");
	json_out_name(t->out, "uuid-name");
	json_out_string(t->out, "port");
	json_out_name(t->out, "row");
	json_out_object(t->out);
	json_out_name(t->out, "name");
	json_out_string(t->out, port);
	json_out_name(t->out, "interfaces");
	ovsdb_put_uuid(t->out, "named-uuid", "interface");
	put_given_vlans(t->out, given);
	ovs_put_marks(t->out, given->external_ids);
	json_out_end(t->out);
	ovsdb_op_end(t);
	mutate_bridge(t, bridge_uuid, "insert", "named-uuid", "port");
}

/* Writes the transaction; its last operation is the one that has to change one row. */
static void write_change(struct ovsdb_txn *t, const struct place *p, const char *port,
			 const struct ovs_port_options *given)
{
	if (!p->port_uuid) {
		insert_port(t, p->bridge_uuid, port, given);
		return;
	}
	if (!str_eq(p->on.uuid, p->bridge_uuid)) {
		mutate_bridge(t, p->on.uuid, "delete", "uuid", p->port_uuid);
		mutate_bridge(t, p->bridge_uuid, "insert", "uuid", p->port_uuid);
	}
	update_port(t, p, given);
}

/* The transaction that takes the change back; of what was read, the texts are written as they were.
 */
static void write_undo(struct ovsdb_txn *t, const struct place *p, const char *made)
{
	static const char *const columns[] = { "tag", "trunks", "external_ids" };

	if (!p->port_uuid) {
		mutate_bridge(t, p->bridge_uuid, "delete", "uuid", made);
		return;
	}
	if (!str_eq(p->on.uuid, p->bridge_uuid)) {
		mutate_bridge(t, p->bridge_uuid, "delete", "uuid", p->port_uuid);
		mutate_bridge(t, p->on.uuid, "insert", "uuid", p->port_uuid);
	}
	open_update(t, p->port_uuid);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		json_out_name(t->out, columns[i]);
		json_out_tree(t->out, json_get(p->row, columns[i]));
	}
	close_update(t);
}

/* The port that was not there before: it was not told whether the change was made. */
static const char *find_made(struct ovs *o, const char *bridge_uuid, const char *port,
			     struct place *now)
{
	if (look(o, "", port, now, NULL) < 0 || !now->port_uuid || now->is_local ||
	    !str_eq(now->on.uuid, bridge_uuid))
		return NULL;
	return now->port_uuid;
}

/* @made: the uuid of a new port, NULL when it is not known. If nothing can be undone, either, the
 * first error is the one to tell. */
static void undo(struct ovs *o, const struct place *p, const char *port, const char *made)
{
	_cleanup_(place_done) struct place now = { 0 };
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *answer = NULL;

	if (ovs_reconnect(o, NULL) < 0)
		return;
	if (!p->port_uuid && !made)
		made = find_made(o, p->bridge_uuid, port, &now);
	if (!p->port_uuid && !made)
		return;
	write_undo(&t, p, made);
	(void)ovs_ask(o, &t, &answer, NULL);
}

static int change(struct ovs *o, const struct place *p, const char *port,
		  const struct ovs_port_options *given, struct err *e)
{
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *answer = NULL;
	const char *made = NULL;
	int64_t number;
	int r;

	write_change(&t, p, port, given);
	r = ovs_commit(o, &t, t.n - 1, &answer, &number, e);
	if (ovs_is_refused(r))
		return r;
	if (r == 0 && !p->port_uuid)
		made = ovsdb_uuid(json_get(ovsdb_result(answer, 1), "uuid"));
	if (r == 0)
		r = ovs_await(o, number, port, e);
	if (r < 0)
		undo(o, p, port, made);
	return r < 0 ? r : 1;
}

/* ---- adding ---- */

static int check_options(const char *port, const struct ovs_port_options *given, struct err *e)
{
	int r = ifname_check(port, "port", e);

	if (r < 0)
		return r;
	if (given->tag.is_set && given->tag.value > OVS_VLAN_MAX)
		return err_msg(e, EINVAL, "port %s: there is no VLAN %llu", port,
			       (unsigned long long)given->tag.value);
	for (size_t i = 0; i < given->trunks.n; i++)
		if (given->trunks.v[i] > OVS_VLAN_MAX)
			return err_msg(e, EINVAL, "port %s: there is no VLAN %u", port,
				       given->trunks.v[i]);
	return 0;
}

/* May what is there be changed as it is wanted? */
static int check_place(const struct place *p, const struct ovs_port_options *given, struct err *e)
{
	bool here;

	if (!p->bridge_uuid)
		return err_msg(e, ENOENT, "there is no such bridge");
	if (!p->port_uuid)
		return 0;
	here = str_eq(p->on.uuid, p->bridge_uuid);
	if (p->is_local)
		return err_msg(e, EEXIST, "it is bridge %s's own", p->on.name);
	if (!here && !given->force)
		return err_msg(e, EEXIST, "it is on bridge %s", p->on.name);
	if (here && !given->may_exist && !given->force)
		return err_msg(e, EEXIST, "it is there already");
	if (given->internal && !p->is_internal)
		return err_msg(e, EEXIST, "it is there already, and no internal port");
	return 0;
}

static int try_add(struct ovs *o, const char *bridge, const char *port,
		   const struct ovs_port_options *given, struct err *e)
{
	_cleanup_(place_done) struct place p = { 0 };
	int r = look(o, bridge, port, &p, e);

	if (r == 0)
		r = check_place(&p, given, e);
	if (r < 0)
		return r;
	if (p.port_uuid && str_eq(p.on.uuid, p.bridge_uuid) && is_so(p.row, given))
		return 0;
	return change(o, &p, port, given, e);
}

int ovs_add_port(struct ovs *o, const char *bridge, const char *port,
		 const struct ovs_port_options *options, struct err *e)
{
	int r = check_options(port, options, e);

	if (r < 0)
		return r;
	r = -EAGAIN;
	for (int i = 0; i < OVS_TRIES && r == -EAGAIN; i++)
		r = try_add(o, bridge, port, options, e);
	if (r < 0)
		(void)err_wrap(e, "add port %s to bridge %s: ", port, bridge);
	return r;
}

/* ---- removing ---- */

static int check_removal(const struct place *p, const char *bridge, bool if_exists, struct err *e)
{
	if (bridge && !p->bridge_uuid)
		return if_exists ? 0 : err_msg(e, ENOENT, "there is no bridge %s", bridge);
	if (!p->port_uuid)
		return if_exists ? 0 : err_msg(e, ENOENT, "there is no such port");
	if (p->is_local)
		return err_msg(e, EINVAL, "it is bridge %s's own, and goes with the bridge",
			       p->on.name);
	if (bridge && !str_eq(p->on.uuid, p->bridge_uuid))
		return err_msg(e, EINVAL, "it is on bridge %s, not on %s", p->on.name, bridge);
	return 1;
}

static int try_del(struct ovs *o, const char *bridge, const char *port, bool if_exists,
		   struct err *e)
{
	_cleanup_(place_done) struct place p = { 0 };
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *answer = NULL;
	int64_t number;
	int r = look(o, bridge ? bridge : "", port, &p, e);

	if (r == 0)
		r = check_removal(&p, bridge, if_exists, e);
	if (r <= 0)
		return r;
	mutate_bridge(&t, p.on.uuid, "delete", "uuid", p.port_uuid);
	r = ovs_commit(o, &t, 0, &answer, &number, e);
	if (r == 0)
		r = ovs_await(o, number, NULL, e);
	return r < 0 ? r : 1;
}

int ovs_del_port(struct ovs *o, const char *bridge, const char *port, bool if_exists, struct err *e)
{
	int r = -EAGAIN;

	for (int i = 0; i < OVS_TRIES && r == -EAGAIN; i++)
		r = try_del(o, bridge, port, if_exists, e);
	if (r < 0)
		(void)err_wrap(e, "remove port %s: ", port);
	return r;
}

/* ---- reading ---- */

int ovs_port_to_br(struct ovs *o, const char *port, char **out, struct err *e)
{
	int r = -EAGAIN;

	for (int i = 0; i < OVS_TRIES && r == -EAGAIN; i++) {
		_cleanup_(place_done) struct place p = { 0 };

		r = look(o, "", port, &p, e);
		if (r == 0 && p.port_uuid) {
			*out = TAKE(p.on.name);
			r = 1;
		}
	}
	if (r < 0)
		(void)err_wrap(e, "port %s: ", port);
	return r;
}
