/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/inspect.h"

#include "orch/containers.h"
#include "orch/request.h"
#include "orch/run_request.h"
#include "orch/template.h"

#include <errno.h>

static void put_text(struct json_out *out, const char *name, const char *text)
{
	if (!text)
		return;
	json_out_name(out, name);
	json_out_string(out, text);
}

/* "namespace" is where it is to be found: of one with a network of its own, the pinned one. */
static void put_network(const struct orch *o, const struct container *c, struct json_out *out)
{
	autofree char *pinned = orch_netns_path(o, c->ns, c->name);
	bool own = c->network == CONTAINER_NETWORK_VNICS ||
		   c->network == CONTAINER_NETWORK_BRIDGE || c->network == CONTAINER_NETWORK_NONE;

	json_out_name(out, "network");
	json_out_object(out);
	put_text(out, "mode", names_get(container_network_names, c->network));
	put_text(out, "namespace", own ? pinned : c->netns);
	put_text(out, "internal_ip", c->internal_ip);
	put_text(out, "bridge", c->bridge);
	put_text(out, "veth", c->veth);
	put_text(out, "ipv4", c->ipv4);
	json_out_end(out);
}

static void put_labels(const struct container *c, struct json_out *out)
{
	json_out_name(out, "labels");
	json_out_object(out);
	for (size_t i = 0; i < c->labels.n; i++)
		put_text(out, c->labels.v[i].name, c->labels.v[i].value);
	json_out_end(out);
}

/* What the record does not say already. */
static void put_asked(const struct json *request, struct json_out *out)
{
	static const char *const ours[] = { "name",   "image",	 "bundle", "tags",
					    "labels", "network", "restart" };

	for (size_t i = 0; i < request->n; i++) {
		bool is_ours = false;

		for (size_t k = 0; k < ARRAY_SIZE(ours); k++)
			is_ours |= str_eq(request->members[i].name, ours[k]);
		if (is_ours)
			continue;
		json_out_name(out, request->members[i].name);
		json_out_tree(out, &request->members[i].value);
	}
}

static void put_request(const struct container *c, const struct json *request, struct json_out *out)
{
	if (run_request_made(c)) {
		put_asked(request, out);
		return;
	}
	json_out_name(out, "request");
	json_out_tree(out, request);
}

static void put_record(const struct orch *o, const struct container *c, struct json_out *out)
{
	autofree char *log = orch_log_path(o, c->ns, c->name);

	put_text(out, "name", c->name);
	if (template_is(c->image))
		put_text(out, "bundle", c->image);
	put_labels(c, out);
	put_network(o, c, out);
	put_text(out, "runtime", c->runtime);
	put_text(out, "log", log);
}

int inspect_encode(const struct orch *o, const char *name, struct json_out *out, struct err *e)
{
	_cleanup_(container_view_done) struct container_view v = { 0 };
	autojson *request = NULL;
	int r = container_view_load(o, o->ns, name, &v);

	if (r == 0)
		return err_msg(e, ENOENT, "Container %s does not exist", name);
	/* Of a damaged one there is nothing more to be told. */
	r = v.error ? 0 : request_load(o, o->ns, name, &request, e);
	if (r < 0)
		return r;
	json_out_object(out);
	container_view_put(&v, out);
	if (!v.error)
		put_record(o, &v.container, out);
	if (r > 0)
		put_request(&v.container, json_root(request), out);
	json_out_end(out);
	return 0;
}
