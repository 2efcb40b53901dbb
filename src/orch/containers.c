/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/containers.h"

#include "core/strv.h"
#include "orch/rootfs.h"

#include <errno.h>

static int add_namespace(const struct orch *o, const char *ns, char ***layers, struct err *e)
{
	autostrv char **names = NULL;
	int r;

	r = container_names(o, ns, &names, e);
	for (size_t i = 0; r >= 0 && names[i]; i++) {
		autofree char *dir = orch_container_dir(o, ns, names[i]);

		r = rootfs_layers(dir, layers, e);
	}
	return r < 0 ? r : 0;
}

int containers_layers(void *data, char ***layers, struct err *e)
{
	const struct orch *o = data;
	autostrv char **namespaces = NULL;
	int r;

	r = container_namespaces(o, &namespaces, e);
	for (size_t i = 0; r >= 0 && namespaces[i]; i++)
		r = add_namespace(o, namespaces[i], layers, e);
	return r < 0 ? r : 0;
}

void container_view_done(struct container_view *v)
{
	container_done(&v->container);
	monitor_status_done(&v->status);
	free(v->error);
}

void container_views_done(struct container_views *views)
{
	for (size_t i = 0; i < views->n; i++)
		container_view_done(&views->v[i]);
	free(views->v);
	*views = (struct container_views){ 0 };
}

int container_view_load(const struct orch *o, const char *ns, const char *name,
			struct container_view *v)
{
	autofree char *dir = orch_container_dir(o, ns, name);
	struct err e = { 0 };
	int r = container_load(o, ns, name, &v->container, &e);

	if (r == 0)
		return 0;
	if (r < 0)
		v->container = (struct container){ .ns = xstrdup(ns), .name = xstrdup(name) };
	else
		r = monitor_status(dir, &v->status, &e);
	if (r == -ENOENT)
		v->status = (struct monitor_status){ .state = MONITOR_CREATED };
	else if (r < 0)
		v->error = xstrdup(e.text);
	return 1;
}

int containers_view(const struct orch *o, const char *ns, struct container_views *out,
		    struct err *e)
{
	autostrv char **names = NULL;
	struct container_views views = { 0 };
	int r = container_names(o, ns, &names, e);

	if (r < 0)
		return r;
	views.v = xcalloc(strv_len(names) + 1, sizeof(*views.v));
	for (size_t i = 0; names[i]; i++)
		views.n += (size_t)container_view_load(o, ns, names[i], &views.v[views.n]);
	*out = views;
	return 0;
}

const char *container_view_state(const struct container_view *v)
{
	if (v->error)
		return "damaged";
	if (v->container.deleting)
		return "deleting";
	if (!v->container.complete)
		return "creating";
	return names_get(monitor_state_names, v->status.state) ?: "unknown";
}

static void put_text(struct json_out *o, const char *name, const char *text)
{
	if (!text)
		return;
	json_out_name(o, name);
	json_out_string(o, text);
}

static void put_number(struct json_out *o, const char *name, int64_t value)
{
	json_out_name(o, name);
	json_out_i64(o, value);
}

static void put_status(struct json_out *o, const struct monitor_status *s)
{
	put_number(o, "pid", s->pid);
	put_number(o, "started_ms", s->started_ms);
	if (s->finished_ms)
		put_number(o, "finished_ms", s->finished_ms);
	if (s->exit_code.is_set)
		put_number(o, "exit_code", s->exit_code.value);
	put_number(o, "restarts", s->restarts);
	put_text(o, "error", s->error);
}

void container_view_put(const struct container_view *v, struct json_out *o)
{
	const struct container *c = &v->container;

	put_text(o, "ns", c->ns);
	put_text(o, "id", c->name);
	put_text(o, "state", container_view_state(v));
	put_text(o, "image", c->image);
	put_text(o, "restart", c->restart);
	put_text(o, "created_at", c->created_at);
	put_text(o, "error", v->error);
	if (!v->error)
		put_status(o, &v->status);
	json_out_name(o, "tags");
	json_out_array(o);
	for (size_t i = 0; c->tags && c->tags[i]; i++)
		json_out_string(o, c->tags[i]);
	json_out_end(o);
}

void container_view_encode(const struct container_view *v, struct json_out *o)
{
	json_out_object(o);
	container_view_put(v, o);
	json_out_end(o);
}
