/* SPDX-License-Identifier: Apache-2.0 */
#include "net/netavark.h"

#include "core/strv.h"
#include "net/cni/attach.h"
#include "net/ifname.h"
#include "net/netavark_conf.h"

#include <errno.h>
#include <stdio.h>

static void print(struct json_out *o, struct str *out)
{
	size_t len;
	const char *text = json_out_text(o, &len);

	str_add_bytes(out, text, len);
	str_add_char(out, '\n');
}

/* ---- create ---- */

/* The name of a bridge that nobody named: of the network's id. */
static void default_interface(const struct netavark_network *n, char *out)
{
	(void)snprintf(out, IFNAMSIZ, "nc-%.8s", n->id && *n->id ? n->id : n->name);
}

static void put_subnet(struct json_out *o, const struct json *j)
{
	const struct json *subnet = json_get(j, "subnet"), *gateway = json_get(j, "gateway");
	struct ip net, first;
	char text[IP_TEXT_MAX];

	json_out_object(o);
	for (size_t i = 0; i < j->n; i++) {
		if (str_eq(j->members[i].name, "gateway"))
			continue;
		json_out_name(o, j->members[i].name);
		json_out_tree(o, &j->members[i].value);
	}
	json_out_name(o, "gateway");
	if (gateway && gateway->type == JSON_STRING) {
		json_out_string(o, gateway->text);
	} else if (ip_parse_subnet(subnet->text, "subnet", &net, NULL) == 0) {
		first = ip_add(&net, 1);
		json_out_string(o, ip_format_address(&first, text));
	} else {
		json_out_null(o);
	}
	json_out_end(o);
}

/* The same document, with the gateways if they were left to us. @interface: so was its name; NULL:
 * it was not. */
static void put_network(struct json_out *o, const struct json *root,
			const struct netavark_network *n, const char *interface)
{
	bool named = !interface;

	json_out_object(o);
	for (size_t i = 0; i < root->n; i++) {
		const struct json_member *m = &root->members[i];

		if (str_eq(m->name, "network_interface") && !named)
			continue;
		json_out_name(o, m->name);
		if (!str_eq(m->name, "subnets") || m->value.type != JSON_ARRAY || n->internal) {
			json_out_tree(o, &m->value);
			continue;
		}
		json_out_array(o);
		for (size_t k = 0; k < m->value.n; k++)
			put_subnet(o, &m->value.items[k]);
		json_out_end(o);
	}
	if (!named) {
		json_out_name(o, "network_interface");
		json_out_string(o, interface);
	}
	json_out_end(o);
}

static int check_network(const struct netavark_network *n, struct err *e)
{
	struct ip net;
	int r = cni_name_check(n->name, "name", e);

	if (r == 0)
		r = netavark_check(n, e);
	if (r == 0 && n->interface && *n->interface)
		r = ifname_check(n->interface, "network_interface", e);
	for (size_t i = 0; i < n->n_subnets && r == 0; i++)
		r = ip_parse_subnet(n->subnets[i].subnet, "subnet", &net, e);
	if (r == 0 && str_eq(netavark_type(n), "ovs") && (!n->interface || !*n->interface))
		r = err_msg(e, EINVAL, "type ovs needs the name of a bridge (--interface-name)");
	return r;
}

int netavark_create(const char *text, size_t len, struct str *out, struct err *e)
{
	autojson *doc = NULL;
	autojsonout *o = json_out_new("  ");
	struct netavark_network n = { 0 };
	char interface[IFNAMSIZ];
	bool named = false;
	int r = json_parse(text, len, &doc, e);

	if (r == 0)
		r = record_decode(&netavark_network_record, json_root(doc), &n, e);
	if (r == 0)
		r = check_network(&n, e);
	if (r == 0) {
		named = (n.interface && *n.interface) || !str_eq(netavark_type(&n), "bridge");
		default_interface(&n, interface);
		r = named ? 0 : ifname_check(interface, "bridge", e);
	}
	if (r == 0) {
		put_network(o, json_root(doc), &n, named ? NULL : interface);
		print(o, out);
	}
	record_done(&netavark_network_record, &n);
	return r;
}

/* ---- setup and teardown ---- */

/* As a call of the CNI plugin. */
static int begin(const struct netavark_call *call, enum cni_command command,
		 struct netavark_request *request, struct cni *c, const struct cni_type **type,
		 struct err *e)
{
	autostr conf = { 0 };
	int r = record_parse(&netavark_request_record, call->text, call->len, request, e);

	if (r == 0)
		r = cni_name_check(request->id, "container_id", e);
	if (r == 0)
		r = check_network(request->network, e);
	if (r == 0)
		r = ifname_check(request->container->ifname, "interface_name", e);
	if (r == 0)
		r = netavark_encode(request, &conf, e);
	if (r == 0)
		r = cni_conf_parse(conf.p, conf.len, &c->conf, e);
	if (r < 0)
		return r;
	c->call = (struct cni_call){ .command = command,
				     .container = request->id,
				     .netns = call->netns,
				     .ifname = request->container->ifname,
				     .path = strv_new() };
	c->version = CNI_1_1_0;
	c->state_dir = call->state_dir;
	c->owner = cni_owner(c->conf.name, c->call.container, c->call.ifname);
	*type = cni_type_find(c->conf.type);
	return cni_open(c, e);
}

static void put_dns(struct json_out *o, const struct cni_result *r, char *const *servers)
{
	json_out_name(o, "dns_search_domains");
	json_out_array(o);
	for (char **d = r->dns ? r->dns->search : NULL; d && *d; d++)
		json_out_string(o, *d);
	json_out_end(o);
	json_out_name(o, "dns_server_ips");
	json_out_array(o);
	for (; servers && *servers; servers++)
		json_out_string(o, *servers);
	for (char **s = r->dns ? r->dns->nameservers : NULL; s && *s; s++)
		json_out_string(o, *s);
	json_out_end(o);
}

static void put_status(struct json_out *o, const struct cni *c, char *const *servers)
{
	const struct cni_result *r = &c->result;
	char mac[MAC_TEXT_MAX];

	json_out_object(o);
	put_dns(o, r, servers);
	json_out_name(o, "interfaces");
	json_out_object(o);
	json_out_name(o, c->call.ifname);
	json_out_object(o);
	json_out_name(o, "mac_address");
	json_out_string(o, mac_format(&c->link.mac, mac));
	json_out_name(o, "subnets");
	json_out_array(o);
	for (size_t i = 0; i < r->n_ips; i++) {
		json_out_object(o);
		json_out_name(o, "ipnet");
		json_out_string(o, r->ips[i].address);
		if (r->ips[i].gateway) {
			json_out_name(o, "gateway");
			json_out_string(o, r->ips[i].gateway);
		}
		json_out_end(o);
	}
	json_out_end(o);
	json_out_end(o);
	json_out_end(o);
	json_out_end(o);
}

int netavark_setup(const struct netavark_call *call, struct str *out, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	struct netavark_request request = { 0 };
	struct cni c = { .netns = -1 };
	const struct cni_type *type = NULL;
	int r = begin(call, CNI_ADD, &request, &c, &type, e);

	if (r == 0)
		r = cni_add(&c, type, e);
	if (r == 0) {
		put_status(o, &c, request.network->dns);
		print(o, out);
	}
	cni_done(&c);
	record_done(&netavark_request_record, &request);
	return r;
}

int netavark_teardown(const struct netavark_call *call, struct err *e)
{
	struct netavark_request request = { 0 };
	struct cni c = { .netns = -1 };
	const struct cni_type *type = NULL;
	int r = begin(call, CNI_DEL, &request, &c, &type, e);

	if (r == 0)
		r = cni_del(&c, type, e);
	cni_done(&c);
	record_done(&netavark_request_record, &request);
	return r;
}
