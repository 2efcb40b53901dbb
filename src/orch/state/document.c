/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/document.h"

#include "core/num.h"
#include "net/ifname.h"
#include "net/ip.h"
#include "net/ovs.h"
#include "orch/container_name.h"

#include <errno.h>

#define NUMBER_MAX (UINT64_C(1) << 40)

const struct name document_network_names[] = {
	{ "bridge", DOCUMENT_BRIDGE },
	{ "netmaker", DOCUMENT_NETMAKER },
	{ 0 },
};

/* What a member of the document fills. */
struct source {
	char *id;
	char *veth;
	char *bridge;
	struct opt_bool running;
};

static const struct field source_fields[] = {
	F_STRING_CHECK("id", struct source, id, FIELD_REQUIRED, container_name_check),
	F_STRING("veth", struct source, veth, FIELD_NONEMPTY),
	F_STRING("bridge", struct source, bridge, FIELD_NONEMPTY),
	F_OPT_BOOL("running", struct source, running, 0),
};
static const struct record source_record =
	RECORD(struct source, "plugins.lxc.containers", source_fields);

struct properties {
	int network;
	char *template;
	char *image;
	char *bundle;
	char *hostname;
	char *nameserver;
	char *ipv4;
};

static int check_ipv4(const char *text, struct err *e)
{
	struct ip ip;
	int r = ip_parse(text, "address", &ip, e);

	if (r == 0 && (ip_len(&ip) != 4 || ip.prefix == 32 || !ip_is_host_of_subnet(&ip)))
		return err_msg(e, EINVAL, "\"%s\" is not ADDRESS/PREFIX of IPv4", text);
	return r;
}

static int check_nameserver(const char *text, struct err *e)
{
	autofree char *copy = xstrdup(text);
	char *at = copy, *word = NULL;
	struct ip ip;

	while ((word = strsep(&at, " ,")))
		if (*word && ip_parse_address(word, "name server", &ip, e) < 0)
			return -EINVAL;
	return 0;
}

static int check_hostname(const char *text, struct err *e)
{
	size_t len = strlen(text);

	if (len == 0 || len > 63 ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") != len)
		return err_msg(e, EINVAL, "\"%s\" is no name of a host", text);
	return 0;
}

static const struct field property_fields[] = {
	F_ENUM("network_type", struct properties, network, document_network_names, 0),
	F_STRING("template", struct properties, template, FIELD_NONEMPTY),
	F_STRING("image", struct properties, image, FIELD_NONEMPTY),
	F_STRING("bundle", struct properties, bundle, FIELD_ABSOLUTE),
	F_STRING_CHECK("hostname", struct properties, hostname, 0, check_hostname),
	F_STRING_CHECK("nameserver", struct properties, nameserver, FIELD_NONEMPTY,
		       check_nameserver),
	F_STRING_CHECK("ipv4", struct properties, ipv4, 0, check_ipv4),
};
static const struct record property_record =
	RECORD(struct properties, "plugins.lxc.containers.properties", property_fields);

/* A number, or a string of digits. */
static int take_number(const struct json *properties, const char *name, uint64_t *out,
		       struct err *e)
{
	const struct json *j = json_get(properties, name);

	if (!j || j->type == JSON_NULL)
		return 0;
	if (j->type != JSON_NUMBER && j->type != JSON_STRING)
		return err_msg(e, EINVAL, "properties.%s: has to be a number, not %s", name,
			       json_type_name(j->type));
	if (num_parse_u64(j->text, NUMBER_MAX, name, out, e) < 0)
		return err_wrap(e, "properties.");
	return 0;
}

/* Three names for one thing: what the container is made from. */
static int take_template(struct properties *p, char **out, struct err *e)
{
	char **const names[] = { &p->template, &p->image, &p->bundle };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (*out && *names[i] && !str_eq(*out, *names[i]))
			return err_msg(e, EINVAL,
				       "properties: of template, image and bundle one is enough");
		if (!*out)
			*out = TAKE(*names[i]);
	}
	return 0;
}

static int take_properties(const struct json *j, struct document_container *c, struct err *e)
{
	struct properties p = { 0 };
	int r;

	if (!j)
		return 0;
	if (record_decode(&property_record, j, &p, e) < 0)
		return err_wrap(e, "properties.");
	c->network = p.network ?: DOCUMENT_BRIDGE;
	r = take_template(&p, &c->image, e);
	c->hostname = TAKE(p.hostname);
	c->nameserver = TAKE(p.nameserver);
	c->ipv4 = TAKE(p.ipv4);
	record_done(&property_record, &p);
	if (r < 0)
		return r;
	if (take_number(j, "memory", &c->memory, e) < 0 || take_number(j, "swap", &c->swap, e) < 0)
		return -EINVAL;
	return take_number(j, "cores", &c->cores, e);
}

static int check(struct document_container *c, struct err *e)
{
	char name[IFNAMSIZ];

	if (c->network == DOCUMENT_NETMAKER) {
		if (c->ipv4)
			return err_msg(e, EINVAL,
				       "properties.ipv4: a netmaker container has the host's "
				       "addresses");
		return 0;
	}
	if (!c->bridge)
		return err_msg(e, EINVAL, "bridge: is missing");
	if (!c->veth) {
		if (ovs_vi_name(c->id, name, e) < 0)
			return err_wrap(e, "veth: is missing, and cannot be made of the id: ");
		c->veth = xstrdup(name);
	}
	if (ifname_check(c->veth, "veth", e) < 0)
		return -EINVAL;
	return ifname_check(c->bridge, "bridge", e);
}

static void container_free(struct document_container *c)
{
	free(c->id);
	free(c->veth);
	free(c->bridge);
	free(c->image);
	free(c->hostname);
	free(c->nameserver);
	free(c->ipv4);
}

static int decode_one(const struct json *j, struct document_container *c, struct err *e)
{
	struct source s = { 0 };

	if (record_decode(&source_record, j, &s, e) < 0)
		return -EINVAL;
	c->id = TAKE(s.id);
	c->veth = TAKE(s.veth);
	c->bridge = TAKE(s.bridge);
	c->running = !s.running.is_set || s.running.value;
	c->network = DOCUMENT_BRIDGE;
	record_done(&source_record, &s);
	if (take_properties(json_get(j, "properties"), c, e) < 0)
		return -EINVAL;
	return check(c, e);
}

/* Neither an id nor a link twice. */
static int check_unique(const struct document *d, struct err *e)
{
	const struct document_container *last = &d->containers[d->n - 1];

	for (size_t i = 0; i + 1 < d->n; i++) {
		const struct document_container *c = &d->containers[i];

		if (str_eq(c->id, last->id))
			return err_msg(e, EINVAL, "id: \"%s\" is there twice", c->id);
		if (c->veth && last->veth && str_eq(c->veth, last->veth))
			return err_msg(e, EINVAL, "veth: \"%s\" is container %s's already", c->veth,
				       c->id);
	}
	return 0;
}

static int decode_containers(const struct json *list, struct document *d, struct err *e)
{
	int r = 0;

	if (!list || list->type != JSON_ARRAY)
		return err_msg(e, EINVAL, "plugins.lxc.containers: has to be an array");
	if (list->n > DOCUMENT_CONTAINERS_MAX)
		return err_msg(e, EINVAL, "plugins.lxc.containers: has more than %d",
			       DOCUMENT_CONTAINERS_MAX);
	d->has_containers = true;
	d->containers = xcalloc(list->n + 1, sizeof(*d->containers));
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		d->n = i + 1;
		r = decode_one(&list->items[i], &d->containers[i], e);
		if (r == 0)
			r = check_unique(d, e);
		if (r < 0)
			(void)err_wrap(e, "plugins.lxc.containers[%zu].", i);
	}
	return r;
}

int document_decode(const struct json *root, struct document *out, struct err *e)
{
	const struct json *version = json_get(root, "version"),
			  *plugins = json_get(root, "plugins");
	const struct json *lxc = NULL;
	struct document d = { 0 };
	int r = 0;

	if (!plugins || plugins->type != JSON_OBJECT)
		return err_msg(e, EINVAL, "plugins: has to be an object");
	if (version && (version->type != JSON_NUMBER || !str_eq(version->text, "1")))
		return err_msg(e, EINVAL, "version: only %d is known", DOCUMENT_VERSION);
	d.has_net = json_get(plugins, "net");
	lxc = json_get(plugins, "lxc");
	if (lxc)
		r = decode_containers(json_get(lxc, "containers"), &d, e);
	if (r < 0) {
		document_done(&d);
		return -EINVAL;
	}
	*out = d;
	return 0;
}

void document_done(struct document *d)
{
	for (size_t i = 0; i < d->n; i++)
		container_free(&d->containers[i]);
	free(d->containers);
	*d = (struct document){ 0 };
}

const struct document_container *document_find(const struct document *d, const char *id)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->containers[i].id, id))
			return &d->containers[i];
	return NULL;
}

static void add_string(struct json_out *o, const char *name, const char *value)
{
	if (!value)
		return;
	json_out_name(o, name);
	json_out_string(o, value);
}

static void add_number(struct json_out *o, const char *name, uint64_t value)
{
	if (!value)
		return;
	json_out_name(o, name);
	json_out_u64(o, value);
}

void document_encode(const struct document_container *c, struct json_out *o)
{
	json_out_object(o);
	add_string(o, "id", c->id);
	add_string(o, "veth", c->veth);
	add_string(o, "bridge", c->bridge);
	json_out_name(o, "running");
	json_out_bool(o, c->running);
	json_out_name(o, "properties");
	json_out_object(o);
	add_string(o, "network_type", names_get(document_network_names, c->network));
	add_string(o, "template", c->image);
	add_string(o, "hostname", c->hostname);
	add_number(o, "memory", c->memory);
	add_number(o, "swap", c->swap);
	add_number(o, "cores", c->cores);
	add_string(o, "nameserver", c->nameserver);
	add_string(o, "ipv4", c->ipv4);
	json_out_end(o);
	json_out_end(o);
}
