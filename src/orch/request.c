/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/request.h"

#include "net/attach.h"
#include "orch/registry.h"
#include "orch/store.h"

#include <errno.h>

static char *file_of(const struct orch *o, const char *ns, const char *name, const char *file)
{
	autofree char *dir = orch_container_dir(o, ns, name);

	return xasprintf("%s/%s", dir, file);
}

int request_save(const struct orch *o, const char *ns, const char *name, const struct json *request,
		 struct err *e)
{
	autofree char *path = file_of(o, ns, name, "request.json");
	autojsonout *out = json_out_new(NULL);
	const char *text;
	size_t len;

	json_out_tree(out, request);
	text = json_out_text(out, &len);
	return store_save(path, text, len, e);
}

int request_load(const struct orch *o, const char *ns, const char *name, struct json_doc **out,
		 struct err *e)
{
	autofree char *path = file_of(o, ns, name, "request.json");

	return store_load(path, out, e);
}

int request_vnics(const struct orch *o, const char *ns, const char *name, struct vnics *out,
		  struct err *e)
{
	const struct json *configs;
	autojson *doc = NULL;
	int r = request_load(o, ns, name, &doc, e);

	if (r < 0)
		return r;
	configs = r > 0 ? json_get(json_root(doc), "vnic_configs") : NULL;
	if (!configs || configs->type == JSON_NULL) {
		*out = (struct vnics){ 0 };
		return 0;
	}
	return vnics_decode(configs, out, e);
}

/* What the cloud's agent adds beside that, for a wired interface. */
static void put_constants(struct json_out *out)
{
	json_out_name(out, "_interface_type");
	json_out_string(out, "ethernet");
	json_out_name(out, "_is_wifi");
	json_out_bool(out, false);
	json_out_name(out, "_network_method");
	json_out_string(out, "macvlan");
}

/* The received members that @made does not say, then all of @made. Both generations of a member's
 * name stay where both were used. */
static void put_merged(struct json_out *out, const struct json *received, const struct json *made)
{
	json_out_object(out);
	for (size_t i = 0; i < received->n; i++)
		if (!json_get(made, received->members[i].name)) {
			json_out_name(out, received->members[i].name);
			json_out_tree(out, &received->members[i].value);
		}
	for (size_t i = 0; i < made->n; i++) {
		json_out_name(out, made->members[i].name);
		json_out_tree(out, &made->members[i].value);
	}
	put_constants(out);
	json_out_end(out);
}

static void merge(const struct json *configs, const struct json *made, struct json_out *out)
{
	json_out_array(out);
	for (size_t i = 0; i < configs->n && i < made->n; i++)
		put_merged(out, &configs->items[i], &made->items[i]);
	json_out_end(out);
}

/* What is attached, as JSON. */
static int attached(const struct orch *o, const char *key, struct json_doc **out, struct err *e)
{
	autofree char *dir = orch_net_dir(o);
	autojsonout *made = json_out_new(NULL);
	struct attachment a = { 0 };
	const char *text;
	size_t len;
	int r = attach_get(dir, key, &a, e);

	if (r <= 0)
		return r < 0 ? r : err_msg(e, ENOENT, "%s has no vNICs attached", key);
	attachment_encode(&a, made);
	attachment_done(&a);
	text = json_out_text(made, &len);
	return json_parse(text, len, out, e);
}

int request_save_vnics(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	autofree char *path = file_of(o, ns, name, "vnics.json");
	autofree char *key = orch_net_name(ns, name);
	autojson *request = NULL, *made = NULL, *merged = NULL;
	autojsonout *out = json_out_new("  ");
	const struct json *configs;
	const char *text;
	size_t len;
	int r = request_load(o, ns, name, &request, e);

	configs = r > 0 ? json_get(json_root(request), "vnic_configs") : NULL;
	if (r < 0 || !configs || configs->type != JSON_ARRAY)
		return r < 0 ? r : 0;
	r = attached(o, key, &made, e);
	if (r < 0)
		return r;
	merge(configs, json_root(made), out);
	text = json_out_text(out, &len);
	r = store_save(path, text, len, e);
	if (r == 0)
		r = json_parse(text, len, &merged, e);
	return r < 0 ? r : registry_set_vnics(o, ns, name, json_root(merged), e);
}
