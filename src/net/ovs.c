/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ovs.h"

#include "net/ifname.h"
#include "net/ovs_change.h"

#include <errno.h>
#include <stdio.h>

/* How much later than ovs-vswitchd's time-out, which the server watches, the server's own is. */
#define SERVER_GRACE_MS 5000

int ovs_open(const struct ovs_options *options, struct ovs **out, struct err *e)
{
	const char *path = options->db ? options->db : OVS_DB_DEFAULT;
	struct ovs *o = xcalloc(1, sizeof(*o));
	int r;

	if (str_starts(path, "unix:"))
		path += strlen("unix:");
	o->path = xstrdup(path);
	o->timeout_ms = options->timeout_ms;
	o->no_wait = options->no_wait;
	r = ovs_reconnect(o, e);
	if (r < 0)
		ovs_close(o);
	else
		*out = o;
	return r;
}

int ovs_reconnect(struct ovs *o, struct err *e)
{
	int r;

	jsonrpc_close(o->db);
	o->db = NULL;
	r = jsonrpc_open(o->path, o->timeout_ms, &o->db, e);
	if (r < 0)
		(void)err_wrap(e, "database of Open vSwitch: ");
	return r;
}

void ovs_close(struct ovs *o)
{
	if (!o)
		return;
	jsonrpc_close(o->db);
	free(o->path);
	free(o);
}

void ovs_close_p(struct ovs **o)
{
	ovs_close(*o);
}

int ovs_vi_name(const char *id, char *out, struct err *e)
{
	char name[IFNAMSIZ];
	int n = snprintf(name, sizeof(name), "vi%s", id), r;

	if (n < 0 || (size_t)n >= sizeof(name))
		return err_msg(
			e, EINVAL,
			"container \"%s\": \"vi%s\" is longer than an interface's %d characters",
			id, id, IFNAMSIZ - 1);
	r = *id ? ifname_check(name, "container's interface", e) :
		  err_msg(e, EINVAL, "a container's id is not to be empty");
	if (r == 0)
		memcpy(out, name, sizeof(name));
	return r;
}

/* ---- asking and changing ---- */

int ovs_overtaken(struct err *e)
{
	return err_msg(e, EAGAIN, "overtaken again and again by other changes of the database");
}

int ovs_ask(struct ovs *o, struct ovsdb_txn *t, struct json_doc **out, struct err *e)
{
	return ovsdb_transact(o->db, t, o->timeout_ms, out, e);
}

/* ovs-vsctl's way: a counter that ovs-vswitchd copies to cur_cfg once it has done what was there.
 */
static void put_counter(struct ovsdb_txn *t)
{
	static const char *const columns[] = { "next_cfg", NULL };

	ovsdb_op(t, "mutate", "Open_vSwitch");
	ovsdb_where_all(t);
	json_out_name(t->out, "mutations");
	json_out_array(t->out);
	json_out_array(t->out);
	json_out_string(t->out, "next_cfg");
	json_out_string(t->out, "+=");
	json_out_i64(t->out, 1);
	json_out_end(t->out);
	json_out_end(t->out);
	ovsdb_op_end(t);
	ovsdb_op(t, "select", "Open_vSwitch");
	ovsdb_where_all(t);
	ovsdb_columns(t, columns);
	ovsdb_op_end(t);
}

int ovs_commit(struct ovs *o, struct ovsdb_txn *t, size_t checked, struct json_doc **out,
	       int64_t *number, struct err *e)
{
	autojson *answer = NULL;
	const struct json *rows;
	int r;

	if (!o->no_wait)
		put_counter(t);
	r = ovs_ask(o, t, &answer, e);
	/* A name that was free, or a row that was there, when it was looked at. */
	if ((r == -EEXIST || r == -ENOENT) && e)
		e->num = EAGAIN;
	if (r == -EEXIST || r == -ENOENT)
		return -EAGAIN;
	if (r < 0)
		return r;
	if (ovsdb_count(answer, checked) != 1)
		return ovs_overtaken(e);
	*number = 0;
	rows = ovsdb_rows(answer, t->n - 1);
	if (!o->no_wait && (rows->n != 1 || !ovsdb_number(&rows->items[0], "next_cfg", number)))
		return err_msg(e, EBADMSG, "the database has no next_cfg");
	*out = TAKE(answer);
	return 0;
}

bool ovs_is_refused(int r)
{
	return r == -EAGAIN || r == -EPROTO;
}

/* Until no row is left whose cur_cfg is lower than the number. */
static void put_wait(const struct ovs *o, struct ovsdb_txn *t, int64_t number)
{
	static const char *const columns[] = { "cur_cfg", NULL };

	ovsdb_op(t, "wait", "Open_vSwitch");
	if (o->timeout_ms) {
		json_out_name(t->out, "timeout");
		json_out_i64(t->out, o->timeout_ms);
	}
	json_out_name(t->out, "where");
	json_out_array(t->out);
	json_out_array(t->out);
	json_out_string(t->out, "cur_cfg");
	json_out_string(t->out, "<");
	json_out_i64(t->out, number);
	json_out_end(t->out);
	json_out_end(t->out);
	ovsdb_columns(t, columns);
	json_out_name(t->out, "until");
	json_out_string(t->out, "==");
	json_out_name(t->out, "rows");
	json_out_array(t->out);
	json_out_end(t->out);
	ovsdb_op_end(t);
}

/* Has ovs-vswitchd a use for the interface? An OpenFlow port number of -1, or none, says no. */
static int check_interface(const struct json *row, struct err *e)
{
	const char *error = ovsdb_text(row, "error");
	int64_t ofport;

	if (error)
		return err_msg(e, EIO, "ovs-vswitchd: %s", error);
	if (!ovsdb_number(row, "ofport", &ofport) || ofport < 0)
		return err_msg(e, EIO, "ovs-vswitchd cannot use it; its log may tell why");
	return 0;
}

int ovs_await(struct ovs *o, int64_t number, const char *interface, struct err *e)
{
	static const char *const columns[] = { "error", "ofport", NULL };
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *answer = NULL;
	int r;

	if (number == 0)
		return 0;
	put_wait(o, &t, number);
	ovs_select_name(&t, "Interface", interface ? interface : "", columns);
	r = ovsdb_transact(o->db, &t, o->timeout_ms ? o->timeout_ms + SERVER_GRACE_MS : 0, &answer,
			   e);
	if (r == -ETIME)
		return err_msg(e, ETIMEDOUT, "ovs-vswitchd has not taken it within %d ms",
			       o->timeout_ms);
	if (r < 0)
		return r;
	if (ovsdb_rows(answer, 1)->n == 0)
		return 0;
	return check_interface(&ovsdb_rows(answer, 1)->items[0], e);
}

const char *ovs_row_uuid(const struct json_doc *answer, size_t i)
{
	const struct json *rows = ovsdb_rows(answer, i);

	return rows->n ? ovsdb_uuid(json_get(&rows->items[0], "_uuid")) : NULL;
}

void ovs_select_name(struct ovsdb_txn *t, const char *table, const char *name,
		     const char *const *columns)
{
	ovsdb_op(t, "select", table);
	ovsdb_where(t, "name", "==", name);
	ovsdb_columns(t, columns);
	ovsdb_op_end(t);
}

/* ---- parts of a transaction ---- */

void ovs_holder_done(struct ovs_holder *h)
{
	free(h->name);
}

int ovs_find_holder(struct ovs *o, const char *port_uuid, struct ovs_holder *out, struct err *e)
{
	static const char *const columns[] = { "_uuid", "name", NULL };
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *answer = NULL;
	const char *uuid, *name;
	int r;

	ovsdb_op(&t, "select", "Bridge");
	ovsdb_where_uuid(&t, "ports", "includes", port_uuid);
	ovsdb_columns(&t, columns);
	ovsdb_op_end(&t);
	r = ovs_ask(o, &t, &answer, e);
	if (r < 0)
		return r;
	uuid = ovs_row_uuid(answer, 0);
	name = uuid ? ovsdb_text(&ovsdb_rows(answer, 0)->items[0], "name") : NULL;
	if (!name)
		return ovs_overtaken(e);
	memcpy(out->uuid, uuid, OVSDB_UUID_SIZE);
	out->name = xstrdup(name);
	return 0;
}

void ovs_put_marks(struct json_out *o, const struct strmap *given)
{
	struct strmap_entry entries[] = { { (char *)OVS_MARK, (char *)"true" } };
	struct strmap marks = { entries, 1 };
	autofree struct strmap_entry *all = NULL;

	if (given && given->n > 0) {
		all = xcalloc(given->n + 1, sizeof(*all));
		memcpy(all, given->v, given->n * sizeof(*all));
		if (!strmap_get(given, OVS_MARK))
			all[given->n] = entries[0];
		marks = (struct strmap){ all, given->n + !strmap_get(given, OVS_MARK) };
	}
	json_out_name(o, "external_ids");
	ovsdb_put_map(o, &marks);
}
