/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ovs_change.h"
#include "net/ovs_rows.h"

#include <errno.h>

/* ---- rows by their uuid ---- */

struct row {
	const char *uuid;
	const struct json *columns;
};

struct rows {
	struct row *v; /* by uuid */
	size_t n;
};

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->uuid, ((const struct row *)b)->uuid);
}

static struct rows rows_index(const struct json *table)
{
	struct rows rows = { .v = xcalloc(table->n + 1, sizeof(struct row)) };

	for (size_t i = 0; i < table->n; i++) {
		const char *uuid = ovsdb_uuid(json_get(&table->items[i], "_uuid"));

		if (uuid)
			rows.v[rows.n++] = (struct row){ uuid, &table->items[i] };
	}
	qsort(rows.v, rows.n, sizeof(*rows.v), compare_rows);
	return rows;
}

static void rows_done(struct rows *rows)
{
	free(rows->v);
}

/* The row that a column's i-th value refers to; NULL when it is not there. */
static const struct json *referred(const struct rows *rows, const struct json *column, size_t i)
{
	struct row key = { .uuid = ovsdb_uuid(ovsdb_set_item(column, i)) };
	const struct row *found;

	if (!key.uuid)
		return NULL;
	found = bsearch(&key, rows->v, rows->n, sizeof(key), compare_rows);
	return found ? found->columns : NULL;
}

/* ---- rows to structs ---- */

static char *text_of(const struct json *row, const char *column)
{
	const char *text = ovsdb_text(row, column);

	return xstrdup(text ? text : "");
}

/* Everything here begins with its name. */
static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void decode_interface(const struct json *row, struct ovs_interface *out)
{
	const char *error = ovsdb_text(row, "error");

	out->name = text_of(row, "name");
	out->type = text_of(row, "type");
	out->error = error ? xstrdup(error) : NULL;
	out->ofport.is_set = ovsdb_number(row, "ofport", &out->ofport.value);
}

static struct u32list decode_vlans(const struct json *value)
{
	struct u32list list = { 0 };
	size_t n = ovsdb_set_size(value);

	if (n == 0)
		return list;
	list.v = xcalloc(n, sizeof(*list.v));
	for (size_t i = 0; i < n; i++) {
		int64_t vlan;

		if (ovsdb_integer(ovsdb_set_item(value, i), &vlan) && vlan >= 0 &&
		    vlan <= OVS_VLAN_MAX)
			list.v[list.n++] = (uint32_t)vlan;
	}
	return list;
}

static void decode_port(const struct json *row, const struct rows *interfaces, struct ovs_port *out)
{
	const struct json *column = json_get(row, "interfaces");
	size_t n = ovsdb_set_size(column);
	int64_t tag;

	out->name = text_of(row, "name");
	if (ovsdb_number(row, "tag", &tag) && tag >= 0)
		out->tag = (struct opt_uint){ true, (uint64_t)tag };
	out->trunks = decode_vlans(json_get(row, "trunks"));
	out->external_ids = ovsdb_map(row, "external_ids");
	out->interfaces = xcalloc(n + 1, sizeof(*out->interfaces));
	for (size_t i = 0; i < n; i++) {
		const struct json *r = referred(interfaces, column, i);

		if (r)
			decode_interface(r, &out->interfaces[out->n_interfaces++]);
	}
	qsort(out->interfaces, out->n_interfaces, sizeof(*out->interfaces), compare_names);
	out->type = xstrdup(out->n_interfaces ? out->interfaces[0].type : "");
}

static void decode_bridge(const struct json *row, const struct rows *ports,
			  const struct rows *interfaces, struct ovs_bridge *out)
{
	const struct json *column = json_get(row, "ports");
	size_t n = ovsdb_set_size(column);

	out->name = text_of(row, "name");
	out->datapath_type = text_of(row, "datapath_type");
	out->external_ids = ovsdb_map(row, "external_ids");
	out->ports = xcalloc(n + 1, sizeof(*out->ports));
	for (size_t i = 0; i < n; i++) {
		const struct json *r = referred(ports, column, i);

		if (r)
			decode_port(r, interfaces, &out->ports[out->n_ports++]);
	}
	qsort(out->ports, out->n_ports, sizeof(*out->ports), compare_names);
}

void ovs_rows_decode(const struct json *root, const struct json *bridges, const struct json *ports,
		     const struct json *interfaces, struct ovs_config *out)
{
	_cleanup_(rows_done) struct rows port_rows = rows_index(ports);
	_cleanup_(rows_done) struct rows interface_rows = rows_index(interfaces);
	const char *uuid, *version;

	if (root->n > 0) {
		uuid = ovsdb_uuid(json_get(&root->items[0], "_uuid"));
		version = ovsdb_text(&root->items[0], "ovs_version");
		out->uuid = uuid ? xstrdup(uuid) : NULL;
		out->version = version ? xstrdup(version) : NULL;
	}
	out->bridges = xcalloc(bridges->n + 1, sizeof(*out->bridges));
	for (size_t i = 0; i < bridges->n; i++)
		decode_bridge(&bridges->items[i], &port_rows, &interface_rows,
			      &out->bridges[out->n_bridges++]);
	qsort(out->bridges, out->n_bridges, sizeof(*out->bridges), compare_names);
}

static void select_all(struct ovsdb_txn *t, const char *table, const char *const *columns)
{
	ovsdb_op(t, "select", table);
	ovsdb_where_all(t);
	ovsdb_columns(t, columns);
	ovsdb_op_end(t);
}

int ovs_load(struct ovs *o, struct ovs_config *out, struct err *e)
{
	static const char *const root[] = { "_uuid", "ovs_version", NULL };
	static const char *const bridge[] = { "name", "datapath_type", "external_ids", "ports",
					      NULL };
	static const char *const port[] = { "_uuid",	    "name",	  "tag", "trunks",
					    "external_ids", "interfaces", NULL };
	static const char *const interface[] = { "_uuid", "name", "type", "error", "ofport", NULL };
	autoovsdbtxn t = ovsdb_txn_new(OVS_DATABASE);
	autojson *answer = NULL;
	int r;

	select_all(&t, "Open_vSwitch", root);
	select_all(&t, "Bridge", bridge);
	select_all(&t, "Port", port);
	select_all(&t, "Interface", interface);
	r = ovs_ask(o, &t, &answer, e);
	if (r < 0)
		return r;
	*out = (struct ovs_config){ 0 };
	ovs_rows_decode(ovsdb_rows(answer, 0), ovsdb_rows(answer, 1), ovsdb_rows(answer, 2),
			ovsdb_rows(answer, 3), out);
	return 0;
}

/* ---- what was read ---- */

static void port_done(struct ovs_port *p)
{
	for (size_t i = 0; i < p->n_interfaces; i++) {
		free(p->interfaces[i].name);
		free(p->interfaces[i].type);
		free(p->interfaces[i].error);
	}
	free(p->interfaces);
	free(p->name);
	free(p->type);
	free(p->trunks.v);
	strmap_done(&p->external_ids);
}

static void bridge_done(struct ovs_bridge *b)
{
	for (size_t i = 0; i < b->n_ports; i++)
		port_done(&b->ports[i]);
	free(b->ports);
	free(b->name);
	free(b->datapath_type);
	strmap_done(&b->external_ids);
}

void ovs_config_done(struct ovs_config *c)
{
	for (size_t i = 0; i < c->n_bridges; i++)
		bridge_done(&c->bridges[i]);
	free(c->bridges);
	free(c->uuid);
	free(c->version);
	*c = (struct ovs_config){ 0 };
}

const struct ovs_bridge *ovs_find_bridge(const struct ovs_config *c, const char *name)
{
	for (size_t i = 0; i < c->n_bridges; i++)
		if (str_eq(c->bridges[i].name, name))
			return &c->bridges[i];
	return NULL;
}

const struct ovs_port *ovs_find_port(const struct ovs_config *c, const char *name,
				     const struct ovs_bridge **bridge)
{
	for (size_t i = 0; i < c->n_bridges; i++)
		for (size_t j = 0; j < c->bridges[i].n_ports; j++)
			if (str_eq(c->bridges[i].ports[j].name, name)) {
				*bridge = &c->bridges[i];
				return &c->bridges[i].ports[j];
			}
	return NULL;
}
