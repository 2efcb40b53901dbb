/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/undo.h"

#include <errno.h>

/* Records have 0 for absent. */
#define KIND(k) ((k) + 1)

static const struct name kind_names[] = {
	{ "bridge-add", KIND(PLAN_BRIDGE_ADD) },
	{ "bridge-del", KIND(PLAN_BRIDGE_DEL) },
	{ "port-add", KIND(PLAN_PORT_ADD) },
	{ "port-del", KIND(PLAN_PORT_DEL) },
	{ "ovs-bridge-add", KIND(PLAN_OVS_BRIDGE_ADD) },
	{ "ovs-bridge-del", KIND(PLAN_OVS_BRIDGE_DEL) },
	{ "ovs-port-add", KIND(PLAN_OVS_PORT_ADD) },
	{ "ovs-port-del", KIND(PLAN_OVS_PORT_DEL) },
	{ "up", KIND(PLAN_UP) },
	{ "down", KIND(PLAN_DOWN) },
	{ "dhcp-stop", KIND(PLAN_DHCP_STOP) },
	{ "dhcp-start", KIND(PLAN_DHCP_START) },
	{ "route-del", KIND(PLAN_ROUTE_DEL) },
	{ "address-del", KIND(PLAN_ADDRESS_DEL) },
	{ "address-add", KIND(PLAN_ADDRESS_ADD) },
	{ "route-add", KIND(PLAN_ROUTE_ADD) },
	{ 0 },
};

struct undo_op {
	int kind;
	char *name, *port, *ip, *datapath;
	uint64_t metric;
	bool internal, restores;
};

static const struct field op_fields[] = {
	F_ENUM("op", struct undo_op, kind, kind_names, FIELD_REQUIRED),
	F_STRING("name", struct undo_op, name, FIELD_REQUIRED),
	F_STRING("port", struct undo_op, port, 0),
	F_STRING("ip", struct undo_op, ip, 0),
	F_UINT("metric", struct undo_op, metric, UINT32_MAX, 0),
	F_STRING("datapath", struct undo_op, datapath, 0),
	F_BOOL("internal", struct undo_op, internal, 0),
	F_BOOL("restores", struct undo_op, restores, 0),
};
static const struct record op_record = RECORD(struct undo_op, "undo", op_fields);

static void encode_op(const struct plan_op *op, struct json_out *o)
{
	char text[IP_TEXT_MAX];
	const struct undo_op kept = {
		.kind = KIND((int)op->kind),
		.name = (char *)op->name,
		.port = (char *)op->port,
		.ip = ip_is_set(&op->ip) ? (char *)ip_format(&op->ip, text) : NULL,
		.metric = op->metric,
		.datapath = (char *)op->datapath,
		.internal = op->internal,
		.restores = op->restores,
	};

	record_encode(&op_record, &kept, o);
}

void undo_encode(const struct plan *p, struct json_out *o)
{
	struct plan_op inverse;

	json_out_array(o);
	for (size_t i = p->n; i-- > 0;)
		if (plan_inverse(&p->ops[i], &inverse))
			encode_op(&inverse, o);
	json_out_end(o);
}

static int decode_op(const struct json *j, struct undo_op *kept, struct plan_op *op, struct err *e)
{
	int r = record_decode(&op_record, j, kept, e);

	if (r < 0)
		return r;
	*op = (struct plan_op){
		.kind = (enum plan_kind)(kept->kind - 1),
		.name = kept->name,
		.port = kept->port,
		.metric = (uint32_t)kept->metric,
		.datapath = kept->datapath,
		.internal = kept->internal,
		.restores = kept->restores,
	};
	return kept->ip ? ip_parse(kept->ip, "ip", &op->ip, e) : 0;
}

int undo_decode(const struct json *j, struct undo *out, struct err *e)
{
	struct undo u = { 0 };
	int r = 0;

	if (j && j->type != JSON_ARRAY)
		return err_msg(e, EINVAL, "undo: has to be an array");
	if (j) {
		u.ops = xcalloc(j->n + 1, sizeof(*u.ops));
		u.plan.ops = xcalloc(j->n + 1, sizeof(*u.plan.ops));
	}
	for (size_t i = 0; r == 0 && j && i < j->n; i++) {
		u.n_ops = u.plan.n = i + 1;
		r = decode_op(&j->items[i], &u.ops[i], &u.plan.ops[i], e);
	}
	if (r < 0)
		undo_done(&u);
	else
		*out = u;
	return r;
}

void undo_done(struct undo *u)
{
	for (size_t i = 0; i < u->n_ops; i++)
		record_done(&op_record, &u->ops[i]);
	free(u->ops);
	plan_done(&u->plan);
	*u = (struct undo){ 0 };
}
