/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/registry.h"

#include "core/strv.h"
#include "orch/container.h"
#include "orch/store.h"

#include <errno.h>

/* One of the files: where it is, how it is laid out, and what a container has to say in it. */
struct registry {
	const char *lock;
	const char *file;
	const char *indent;
	/* Writes a container's entry, from its own directory. Returns 1, 0 when it has none. */
	int (*recall)(const struct orch *o, const char *ns, const char *name, struct json_out *out,
		      struct err *e);
};

static void put_key(struct json_out *out, const char *ns, const char *name)
{
	autofree char *key = orch_net_name(ns, name);

	json_out_name(out, key);
}

/* From the container's own copy of its entry. */
static int recall_copy(const struct orch *o, const char *ns, const char *name, const char *file,
		       struct json_out *out, struct err *e)
{
	autofree char *dir = orch_container_dir(o, ns, name);
	autofree char *path = xasprintf("%s/%s", dir, file);
	autojson *doc = NULL;
	int r = store_load(path, &doc, e);

	if (r <= 0)
		return r;
	put_key(out, ns, name);
	json_out_tree(out, json_root(doc));
	return 1;
}

static int recall_vnics(const struct orch *o, const char *ns, const char *name,
			struct json_out *out, struct err *e)
{
	return recall_copy(o, ns, name, "vnics.json", out, e);
}

static int recall_serial(const struct orch *o, const char *ns, const char *name,
			 struct json_out *out, struct err *e)
{
	return recall_copy(o, ns, name, "serial.json", out, e);
}

/* Members that somebody else added to the entry stay. */
static void put_client(struct json_out *out, const void *entry, const struct json *before)
{
	const struct container *c = entry;

	json_out_object(out);
	json_out_name(out, "ip");
	json_out_string(out, c->internal_ip);
	json_out_name(out, "name");
	json_out_string(out, c->name);
	for (size_t i = 0; before && before->type == JSON_OBJECT && i < before->n; i++)
		if (!str_eq(before->members[i].name, "ip") &&
		    !str_eq(before->members[i].name, "name")) {
			json_out_name(out, before->members[i].name);
			json_out_tree(out, &before->members[i].value);
		}
	json_out_end(out);
}

static int recall_client(const struct orch *o, const char *ns, const char *name,
			 struct json_out *out, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	int r = container_load(o, ns, name, &c, e);

	if (r <= 0 || !c.internal_ip)
		return r < 0 ? r : 0;
	put_key(out, ns, name);
	put_client(out, &c, NULL);
	return 1;
}

static const struct registry vnics_registry = { "runtime_vnics", "runtime_vnics.json", "  ",
						recall_vnics };
static const struct registry clients_registry = { "clients", "data/clients.json", "    ",
						  recall_client };
static const struct registry serial_registry = { "serial_configs", "data/serial_configs.json",
						 "    ", recall_serial };

static char *registry_path(const struct orch *o, const struct registry *g)
{
	return xasprintf("%s/%s", o->state_dir, g->file);
}

static int recall_namespace(const struct orch *o, const struct registry *g, const char *ns,
			    struct json_out *out, struct err *e)
{
	autostrv char **names = NULL;
	int r = container_names(o, ns, &names, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < strv_len(names); i++)
		(void)g->recall(o, ns, names[i], out, e); /* a damaged one is in the log */
	return 0;
}

/* All that the containers' directories know. */
static int recall_all(const struct orch *o, const struct registry *g, struct json_out *out,
		      struct err *e)
{
	autostrv char **namespaces = NULL;
	int r = container_namespaces(o, &namespaces, e);

	json_out_object(out);
	for (size_t i = 0; r == 0 && i < strv_len(namespaces); i++)
		r = recall_namespace(o, g, namespaces[i], out, e);
	json_out_end(out);
	return r;
}

/* Makes a file anew that was damaged. */
static int rebuild(const struct orch *o, const struct registry *g, const char *path,
		   struct json_doc **doc, struct err *e)
{
	autojsonout *out = json_out_new(g->indent);
	const char *text;
	size_t len;
	int r = recall_all(o, g, out, e);

	if (r < 0)
		return r;
	text = json_out_text(out, &len);
	r = store_save(path, text, len, e);
	return r < 0 ? r : json_parse(text, len, doc, e);
}

/* The whole file; *doc is NULL when there is none yet. */
static int load(const struct orch *o, const struct registry *g, struct json_doc **doc,
		struct err *e)
{
	autofree char *path = registry_path(o, g);
	int r = store_load(path, doc, e);

	if (r > 0 && json_root(*doc)->type != JSON_OBJECT) {
		json_free(TAKE(*doc));
		r = store_set_aside(path, e);
	}
	if (r == -EBADMSG)
		r = rebuild(o, g, path, doc, e);
	return r < 0 ? r : 0;
}

/* Copies all entries but one. */
static void put_others(struct json_out *out, const struct json *root, const char *name)
{
	for (size_t i = 0; root && i < root->n; i++)
		if (!str_eq(root->members[i].name, name)) {
			json_out_name(out, root->members[i].name);
			json_out_tree(out, &root->members[i].value);
		}
}

typedef void entry_fn(struct json_out *out, const void *entry, const struct json *before);

/* Replaces or removes one container's entry. */
static int set(const struct orch *o, const struct registry *g, const char *name, entry_fn *put,
	       const void *entry, struct err *e)
{
	autofd int lock = store_lock_shared(o, g->lock, e);
	autofree char *path = registry_path(o, g);
	autojsonout *out = json_out_new(g->indent);
	const struct json *root, *before;
	autojson *doc = NULL;
	const char *text;
	size_t len;
	int r = lock < 0 ? lock : load(o, g, &doc, e);

	if (r < 0)
		return r;
	root = doc ? json_root(doc) : NULL;
	before = root ? json_get(root, name) : NULL;
	if (!entry && !before)
		return 0;
	json_out_object(out);
	put_others(out, root, name);
	if (entry) {
		json_out_name(out, name);
		put(out, entry, before);
	}
	json_out_end(out);
	text = json_out_text(out, &len);
	return store_save(path, text, len, e);
}

static int get(const struct orch *o, const struct registry *g, const char *name,
	       struct json_doc **doc, const struct json **entry, struct err *e)
{
	autofd int lock = store_lock_shared(o, g->lock, e);
	int r = lock < 0 ? lock : load(o, g, doc, e);

	if (r < 0)
		return r;
	*entry = *doc ? json_get(json_root(*doc), name) : NULL;
	return *entry ? 1 : 0;
}

static void put_tree(struct json_out *out, const void *entry, const struct json *before _unused_)
{
	json_out_tree(out, entry);
}

int registry_set_vnics(const struct orch *o, const char *ns, const char *name,
		       const struct json *vnics, struct err *e)
{
	autofree char *key = orch_net_name(ns, name);

	return set(o, &vnics_registry, key, put_tree, vnics, e);
}

int registry_get_vnics(const struct orch *o, const char *ns, const char *name,
		       struct json_doc **doc, const struct json **vnics, struct err *e)
{
	autofree char *key = orch_net_name(ns, name);

	return get(o, &vnics_registry, key, doc, vnics, e);
}

int registry_set_serial(const struct orch *o, const char *ns, const char *name,
			const struct json *entry, struct err *e)
{
	autofree char *key = orch_net_name(ns, name);

	return set(o, &serial_registry, key, put_tree, entry, e);
}

int registry_set_client(const struct orch *o, const char *ns, const char *name, const char *ip,
			struct err *e)
{
	const struct container c = { .name = (char *)name, .internal_ip = (char *)ip };
	autofree char *key = orch_net_name(ns, name);

	return set(o, &clients_registry, key, put_client, ip ? &c : NULL, e);
}

int registry_get_client(const struct orch *o, const char *ns, const char *name, char **ip,
			struct err *e)
{
	const struct json *entry = NULL, *value;
	autofree char *key = orch_net_name(ns, name);
	autojson *doc = NULL;
	int r = get(o, &clients_registry, key, &doc, &entry, e);

	if (r <= 0)
		return r;
	value = json_get(entry, "ip");
	if (!value || value->type != JSON_STRING)
		return 0;
	*ip = xstrdup(value->text);
	return 1;
}
