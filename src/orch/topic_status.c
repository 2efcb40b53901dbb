/* SPDX-License-Identifier: Apache-2.0 */
/* get_device_status: what is being done to a container or, when nothing is, how it stands. */
#include "orch/topics.h"

#include "monitor/monitor.h"
#include "net/attach.h"
#include "orch/container.h"
#include "orch/operation.h"
#include "orch/serial_attach.h"

#include <errno.h>
#include <time.h>

static const struct message_rule rules[] = {
	{ "device_id", MESSAGE_TEXT, MESSAGE_REQUIRED },
};

/* In docker's words, which the cloud knows. */
static const struct {
	const char *status;
	bool running;
} shown[] = {
	[MONITOR_CREATED] = { "created", false },	[MONITOR_STARTING] = { "created", false },
	[MONITOR_RUNNING] = { "running", true },	[MONITOR_STOPPING] = { "running", true },
	[MONITOR_RESTARTING] = { "restarting", false }, [MONITOR_STOPPED] = { "exited", false },
	[MONITOR_EXITED] = { "exited", false },		[MONITOR_FAILED] = { "exited", false },
	[MONITOR_ORPHANED] = { "running", true },
};

static void put(struct json_out *out, const char *name, const char *text)
{
	json_out_name(out, name);
	if (text)
		json_out_string(out, text);
	else
		json_out_null(out);
}

static void put_operation(struct json_out *ack, const char *name, const struct operation *op)
{
	const bool error = op->status == OPERATION_ERROR;
	autofree char *text = error ? xasprintf("Operation failed: %s", op->error ?: "unknown") :
				      xasprintf("Container %s is being %sd", name, op->operation);

	put(ack, "status", names_get(operation_status_names, op->status));
	put(ack, "device_id", name);
	put(ack, "operation", op->operation);
	put(ack, "started_at", op->started_at);
	put(ack, "updated_at", op->updated_at);
	if (op->step)
		put(ack, "step", op->step);
	if (op->error)
		put(ack, "error", op->error);
	put(ack, "message", text);
}

static void put_not_found(struct json_out *ack, const char *name)
{
	autofree char *text = xasprintf("Container %s does not exist", name);

	put(ack, "status", "not_found");
	put(ack, "device_id", name);
	put(ack, "message", text);
}

static void put_network(struct json_out *ack, const struct attached *a)
{
	bool dhcp = a->vnic.network_mode == VNIC_DHCP;

	json_out_name(ack, a->network);
	json_out_object(ack);
	put(ack, "ip_address", dhcp ? a->dhcp_ip : a->vnic.ip_address);
	put(ack, "mac_address", a->vnic.mac_address);
	put(ack, "gateway", dhcp ? a->dhcp_gateway : a->vnic.parent_gateway);
	json_out_end(ack);
}

static int put_networks(const struct orch *o, const struct container *c, struct json_out *ack,
			struct err *e)
{
	autofree char *dir = orch_net_dir(o);
	autofree char *key = orch_net_name(c->ns, c->name);
	struct attachment a = { 0 };
	int r = attach_get(dir, key, &a, e);

	if (r < 0)
		return r;
	json_out_name(ack, "networks");
	json_out_object(ack);
	for (size_t i = 0; i < a.n; i++)
		put_network(ack, &a.v[i]);
	json_out_end(ack);
	attachment_done(&a);
	return 0;
}

/* As they are plugged in now; not there when none were asked for. */
static int put_serial_ports(const struct orch *o, const struct container *c, struct json_out *ack,
			    struct err *e)
{
	struct serial_ports ports = { 0 };
	int r = serial_look(o, c, &ports, e);

	if (r == 0 && ports.n > 0) {
		json_out_name(ack, "serial_ports");
		serial_ports_encode(&ports, false, ack);
	}
	serial_ports_done(&ports);
	return r;
}

static void put_exit(struct json_out *ack, const struct monitor_status *s)
{
	json_out_name(ack, "exit_code");
	if (s->exit_code.is_set)
		json_out_i64(ack, s->exit_code.value);
	else
		json_out_null(ack);
	if (s->error)
		put(ack, "error", s->error);
}

static int64_t uptime_s(const struct monitor_status *s)
{
	return MAX((int64_t)time(NULL) - s->started_ms / 1000, 0);
}

static int put_container(const struct orch *o, const struct container *c, struct json_out *ack,
			 struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	automonitorstatus s = { 0 };
	int r = monitor_status(dir, &s, e);
	bool running;

	if (r < 0)
		return r;
	running = shown[s.state].running;
	put(ack, "status", "success");
	put(ack, "device_id", c->name);
	put(ack, "container_status", shown[s.state].status ?: "created");
	json_out_name(ack, "is_running");
	json_out_bool(ack, running);
	r = put_networks(o, c, ack, e);
	json_out_name(ack, "restart_count");
	json_out_i64(ack, s.restarts);
	put(ack, "internal_ip", c->internal_ip);
	if (r == 0)
		r = put_serial_ports(o, c, ack, e);
	if (running) {
		json_out_name(ack, "uptime_seconds");
		json_out_i64(ack, uptime_s(&s));
	} else {
		put_exit(ack, &s);
	}
	return r;
}

/* What the cloud's agent says of what it could not find out. */
static int put_failure(struct json_out *ack, const char *name, const struct err *why,
		       struct message_result *result)
{
	autofree char *text = xasprintf("Failed to retrieve container status: %s", why->text);

	put(ack, "status", "error");
	put(ack, "device_id", name);
	put(ack, "error", text);
	result->failed = true;
	return 0;
}

/* A new object, so that a failure on the way leaves nothing of it. */
static int try_container(const struct orch *o, const struct container *c, struct json_doc **out,
			 struct err *e)
{
	autojsonout *made = json_out_new(NULL);
	const char *text;
	size_t len;
	int r;

	json_out_object(made);
	r = put_container(o, c, made, e);
	if (r < 0)
		return r;
	json_out_end(made);
	text = json_out_text(made, &len);
	return json_parse(text, len, out, e);
}

static void put_members(struct json_out *ack, const struct json *object)
{
	for (size_t i = 0; i < object->n; i++) {
		json_out_name(ack, object->members[i].name);
		json_out_tree(ack, &object->members[i].value);
	}
}

static int handle(const struct orch *o, const struct json *message, struct json_out *ack,
		  struct message_result *result, struct err *e)
{
	_cleanup_(operation_done) struct operation op = { 0 };
	_cleanup_(container_done) struct container c = { 0 };
	autojson *doc = NULL;
	struct err why = { 0 };
	const char *name;
	int r = message_device(message, &name, e);

	if (r < 0)
		return r;
	r = operation_load(o, o->ns, name, &op, &why);
	if (r > 0) {
		put_operation(ack, name, &op);
		return 0;
	}
	if (r == 0)
		r = container_load(o, o->ns, name, &c, &why);
	if (r == 0) {
		put_not_found(ack, name);
		return 0;
	}
	if (r > 0)
		r = try_container(o, &c, &doc, &why);
	if (r < 0)
		return put_failure(ack, name, &why, result);
	put_members(ack, json_root(doc));
	return 0;
}

const struct topic topic_get_device_status = {
	.name = "get_device_status",
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle,
};
