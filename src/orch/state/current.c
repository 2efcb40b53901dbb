/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/current.h"

#include "core/strv.h"
#include "monitor/monitor.h"
#include "orch/network.h"

#include <errno.h>

bool current_is_ours(const struct container *c)
{
	const char *owner = strmap_get(&c->labels, CONTAINER_OWNER_LABEL);

	return owner && str_eq(owner, CURRENT_OWNER);
}

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static int is_running(const struct orch *o, const struct container *c, bool *out, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	automonitorstatus status = { 0 };
	int r = monitor_status(dir, &status, e);

	*out = r >= 0 && (status.state == MONITOR_RUNNING || status.state == MONITOR_STARTING ||
			  status.state == MONITOR_RESTARTING || status.state == MONITOR_ORPHANED);
	return r == -ENOENT ? 0 : MIN(r, 0);
}

/* One that runs and has lost its link has none, whatever its record says. */
static int has_link(const struct orch *o, const struct container *c, bool running, bool *out,
		    struct err *e)
{
	int r = running ? network_is_attached(o, c, e) : 1;

	*out = r != 0;
	return MIN(r, 0);
}

static int add(const struct orch *o, const struct container *c, struct document *out, struct err *e)
{
	struct document_container *d = NULL;
	bool running = false, linked = false;
	int r = is_running(o, c, &running, e);

	if (r == 0)
		r = has_link(o, c, running, &linked, e);
	if (r < 0)
		return r;
	out->containers = xrealloc(out->containers, out->n + 1, sizeof(*out->containers));
	d = &out->containers[out->n++];
	*d = (struct document_container){
		.id = xstrdup(c->name),
		.veth = linked ? copy(c->veth) : NULL,
		.bridge = copy(c->bridge),
		.running = running,
		.network =
			c->network == CONTAINER_NETWORK_HOST ? DOCUMENT_NETMAKER : DOCUMENT_BRIDGE,
		.image = copy(c->image),
		.hostname = copy(c->hostname),
		.memory = c->memory_mb,
		.swap = c->swap_mb,
		.cores = c->cores,
		.nameserver = strv_len(c->dns) ? strv_join(c->dns, " ") : NULL,
		.ipv4 = copy(c->ipv4),
	};
	return 0;
}

static int load(const struct orch *o, struct document *out, struct err *e)
{
	autostrv char **names = NULL;
	int r = container_names(o, o->ns, &names, e);

	for (size_t i = 0; r >= 0 && i < strv_len(names); i++) {
		_cleanup_(container_done) struct container c = { 0 };

		r = container_load(o, o->ns, names[i], &c, e);
		if (r == 1 && c.complete && !c.deleting && current_is_ours(&c))
			r = add(o, &c, out, e);
	}
	return MIN(r, 0);
}

int current_load(const struct orch *o, struct document *out, struct err *e)
{
	struct document d = { .has_containers = true };
	int r = load(o, &d, e);

	if (r < 0) {
		document_done(&d);
		return r;
	}
	*out = d;
	return 0;
}

static char **name_servers(const char *text)
{
	autofree char *rest = xstrdup(text);
	char *at = rest, *word = NULL;
	char **v = NULL;

	while ((word = strsep(&at, " ,")))
		if (*word)
			strv_push(&v, word);
	return v;
}

void current_record(const struct orch *o, const struct document_container *d, struct container *out)
{
	const bool netmaker = d->network == DOCUMENT_NETMAKER;

	*out = (struct container){
		.ns = o->ns,
		.name = d->id,
		.image = d->image,
		.runtime = o->runtime,
		.restart = (char *)"always",
		.network = netmaker ? CONTAINER_NETWORK_HOST : CONTAINER_NETWORK_BRIDGE,
		.bridge = d->bridge,
		.veth = d->veth,
		.ipv4 = d->ipv4,
		.hostname = d->hostname,
		.memory_mb = d->memory,
		.swap_mb = d->swap,
		.cores = d->cores,
		.dns = d->nameserver ? name_servers(d->nameserver) : NULL,
	};
	out->labels.v = xcalloc(1, sizeof(*out->labels.v));
	out->labels.v[0] =
		(struct strmap_entry){ xstrdup(CONTAINER_OWNER_LABEL), xstrdup(CURRENT_OWNER) };
	out->labels.n = 1;
}

void current_record_done(struct container *c)
{
	strv_free(c->dns);
	strmap_done(&c->labels);
}

void current_put(const struct document *d, struct json_out *o)
{
	json_out_name(o, "version");
	json_out_i64(o, DOCUMENT_VERSION);
	json_out_name(o, "plugins");
	json_out_object(o);
	json_out_name(o, "lxc");
	json_out_object(o);
	json_out_name(o, "containers");
	json_out_array(o);
	for (size_t i = 0; i < d->n; i++)
		document_encode(&d->containers[i], o);
	json_out_end(o);
	json_out_end(o);
	json_out_end(o);
}

void current_encode(const struct document *d, struct json_out *o)
{
	json_out_object(o);
	current_put(d, o);
	json_out_end(o);
}
