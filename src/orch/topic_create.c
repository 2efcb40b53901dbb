/* SPDX-License-Identifier: Apache-2.0 */
/* create_new_runtime: a container with vNICs, made by a worker. */
#include "orch/topics.h"

#include "net/link.h"
#include "net/vnic.h"
#include "orch/change.h"
#include "orch/container_name.h"
#include "orch/create.h"
#include "orch/operation.h"
#include "orch/orchestrator.h"
#include "orch/serial_ports.h"
#include "orch/store.h"

#include <ctype.h>
#include <errno.h>

#define TAG_MAX 128

static const struct message_rule rules[] = {
	{ "container_name", MESSAGE_TEXT, MESSAGE_REQUIRED },
	{ "vnic_configs", MESSAGE_LIST, MESSAGE_REQUIRED },
	{ "serial_configs", MESSAGE_LIST, 0 },
	{ "runtime_version", MESSAGE_STRING, 0 },
	{ "dedicated_interface", MESSAGE_STRING, 0 },
};

static const struct message_rule vnic_rules[] = {
	{ "name", MESSAGE_STRING, MESSAGE_REQUIRED },
	{ "parent_interface", MESSAGE_STRING, MESSAGE_REQUIRED },
	{ "network_mode", MESSAGE_STRING, MESSAGE_REQUIRED },
	{ "parent_subnet", MESSAGE_STRING, 0 },
	{ "parent_gateway", MESSAGE_STRING, 0 },
	{ "ip_address", MESSAGE_STRING, 0 },
	{ "ip", MESSAGE_STRING, 0 },
	{ "subnet", MESSAGE_STRING, 0 },
	{ "gateway", MESSAGE_STRING, 0 },
	{ "dns", MESSAGE_LIST, 0 },
	{ "mac_address", MESSAGE_STRING, 0 },
	{ "mac", MESSAGE_STRING, 0 },
};

static const struct message_rule serial_rules[] = {
	{ "name", MESSAGE_STRING, MESSAGE_REQUIRED },
	{ "device_id", MESSAGE_TEXT, MESSAGE_REQUIRED },
	{ "container_path", MESSAGE_STRING, MESSAGE_REQUIRED },
	{ "baud_rate", MESSAGE_NUMBER, 0 },
};

static int check_serial(const struct json *configs, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && configs && i < configs->n; i++)
		r = message_check(&configs->items[i], serial_rules, ARRAY_SIZE(serial_rules), e);
	if (r < 0 || !configs)
		return r;
	r = serial_ports_check(configs, e);
	return r < 0 ? err_wrap(e, "Invalid serial configuration: ") : 0;
}

/* Accepted messages that would be carried out in part only are refused. */
static int refuse_unsupported(const struct json *m, struct err *e)
{
	if (message_get(m, "dedicated_interface"))
		return err_msg(e, EOPNOTSUPP,
			       "dedicated_interface: dedicated interfaces are not supported");
	return 0;
}

/* The grammar of tags in the OCI distribution specification. */
static int check_tag(const char *tag, struct err *e)
{
	size_t n = strlen(tag);
	bool good = n > 0 && n <= TAG_MAX && (isalnum((unsigned char)*tag) || *tag == '_');

	for (size_t i = 0; good && i < n; i++)
		good = isascii((unsigned char)tag[i]) &&
		       (isalnum((unsigned char)tag[i]) || strchr("_.-", tag[i]));
	return good ? 0 : err_msg(e, EINVAL, "runtime_version \"%s\": is no tag of an image", tag);
}

static int interface_missing(const struct link *links, size_t n, const char *name, struct err *e)
{
	autostr names = { 0 };

	for (size_t i = 0; i < n; i++)
		str_addf(&names, "%s'%s'", i > 0 ? ", " : "", links[i].name);
	return err_msg(e, ENODEV, "Interface '%s' not found on host. Available interfaces: [%s]",
		       name, names.p ?: "");
}

static bool has_link(const struct link *links, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(links[i].name, name))
			return true;
	return false;
}

static int check_parents(const struct vnics *vnics, struct err *e)
{
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	autofree struct link *links = NULL;
	size_t n = 0;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = link_list(nl, &links, &n, e);
	for (size_t i = 0; r == 0 && i < vnics->n; i++)
		if (!has_link(links, n, vnics->v[i].parent_interface))
			r = interface_missing(links, n, vnics->v[i].parent_interface, e);
	return r;
}

static int check_vnics(const struct json *configs, struct err *e)
{
	struct vnics vnics = { 0 };
	int r = 0;

	if (configs->n == 0)
		return err_msg(e, EINVAL, "At least one vNIC configuration is required");
	for (size_t i = 0; r == 0 && i < configs->n; i++)
		r = message_check(&configs->items[i], vnic_rules, ARRAY_SIZE(vnic_rules), e);
	if (r < 0)
		return r;
	r = vnics_decode(configs, &vnics, e);
	if (r < 0)
		return err_wrap(e, "Invalid vNIC configuration: ");
	r = check_parents(&vnics, e);
	vnics_done(&vnics);
	return r;
}

static int check(const struct json *m, struct err *e)
{
	const char *name = message_text(m, "container_name");
	const char *tag = message_text(m, "runtime_version");
	int r = container_name_check(name, e);

	if (r == 0 && str_eq(name, ORCHESTRATOR_DEVICE))
		r = err_msg(e, EINVAL, "container name \"%s\": is reserved", name);
	if (r == 0 && tag)
		r = check_tag(tag, e);
	if (r == 0)
		r = refuse_unsupported(m, e);
	if (r == 0)
		r = check_serial(message_get(m, "serial_configs"), e);
	return r < 0 ? r : check_vnics(message_get(m, "vnic_configs"), e);
}

static int reserve(const struct orch *o, const struct json *m, struct err *e)
{
	const char *name = message_text(m, "container_name");
	autofree char *image =
		xasprintf("%s:%s", o->image, message_text(m, "runtime_version") ?: "latest");
	char now[32];
	const struct container c = {
		.ns = o->ns,
		.name = (char *)name,
		.image = image,
		.runtime = o->runtime,
		.restart = (char *)"always",
		.network = CONTAINER_NETWORK_VNICS,
		.created_at = now,
	};
	int r;

	store_timestamp(now);
	r = create_reserve(o, &c, m, e);
	return r == -EEXIST ? err_msg(e, EEXIST, "Container name is already in use") : r;
}

/* What the trail knows of. */
static int reserve_and_start(const struct orch *o, const struct json *m, const char *name, int lock,
			     struct err *e)
{
	autofd int held = lock;
	int r = reserve(o, m, e);

	if (r == 0) {
		r = operation_start(o, o->ns, name, "create", TAKE_FD(held), e);
		if (r < 0)
			(void)create_remove(o, o->ns, name, NULL); /* boot does it otherwise */
	}
	if (r < 0)
		change_record_failure(o, AUDIT_CREATE, name, e);
	return r;
}

/* Under the lock, which goes to the worker. */
static int begin(const struct orch *o, const struct json *m, const char *name, int lock,
		 struct err *e)
{
	autofd int held = lock;
	/* What a worker that died left of an earlier one is in nobody's way. */
	int r = create_reconcile(o, o->ns, name, e);

	if (r > 0)
		return err_msg(e, EEXIST, "Container name is already in use");
	if (r == 0)
		r = change_record(o, AUDIT_CREATE, name, "create a container with vNICs", m, e);
	return r < 0 ? r : reserve_and_start(o, m, name, TAKE_FD(held), e);
}

static int handle(const struct orch *o, const struct json *message, struct json_out *ack,
		  struct message_result *result, struct err *e)
{
	const struct json *serial = message_get(message, "serial_configs");
	const char *name = message_text(message, "container_name");
	autofree char *text = xasprintf("Container creation started for %s", name);
	int lock, r = check(message, e);

	if (r < 0)
		return r;
	lock = change_lock(o, name, e);
	r = lock < 0 ? lock : begin(o, message, name, lock, e);
	if (r < 0)
		return r;
	result->device = xstrdup(name);
	json_out_name(ack, "status");
	json_out_string(ack, "creating");
	json_out_name(ack, "container_id");
	json_out_string(ack, name);
	json_out_name(ack, "message");
	json_out_string(ack, text);
	if (serial) {
		json_out_name(ack, "serial_configs_count");
		json_out_u64(ack, serial->n);
	}
	return 0;
}

const struct topic topic_create_new_runtime = {
	.name = "create_new_runtime",
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle,
};
