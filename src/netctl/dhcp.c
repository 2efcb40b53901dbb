/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp.h"

#include "net/dhcp_client.h"
#include "net/dhcp_event.h"
#include "netctl/site.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#define NS_PER_MS 1000000
#define METRIC 100

/* ---- start ---- */

struct start_args {
	struct site_args site;
	struct opt_int wait;
	int64_t metric;
	bool no_default;
	char *hostname;
	char *resolv_conf;
};

static const struct opt start_opts[] = {
	O_SITE_(struct start_args, site),
	{ .name = "wait",
	  .letter = 'w',
	  .kind = OPT_DURATION,
	  .offset = OPT_OFF(struct start_args, wait, struct opt_int),
	  .arg = "DURATION",
	  .help = "wait so long for a lease; without one the client is ended again" },
	O_INT_("metric", 'm', struct start_args, metric, "N", "of the routes (100)"),
	O_FLAG_("no-default", 0, struct start_args, no_default, "take no default route"),
	O_STRING_("hostname", 0, struct start_args, hostname, "NAME", "tell the server this name"),
	O_STRING_("resolv-conf", 0, struct start_args, resolv_conf, "FILE",
		  "write DNS into this file of the host"),
	{ 0 },
};

static int await(const struct globals *g, const struct dhcp_options *o, int64_t wait_ns,
		 struct err *e)
{
	int64_t ms = MIN(wait_ns / NS_PER_MS, INT_MAX);
	int r = dhcp_wait(g->state_dir, o->container, o->ifname, (int)ms, NULL, e);

	if (r == 0)
		r = err_msg(e, ETIMEDOUT, "DHCP on %s: no lease within %lld ms", o->ifname,
			    (long long)ms);
	if (r < 0)
		(void)dhcp_stop(g->state_dir, o->container, o->ifname, NULL);
	return r < 0 ? r : 0;
}

static int start(const struct globals *g, const struct start_args *a, const struct site *s,
		 const char *ifname, struct err *e)
{
	autofree char *path = NULL;
	struct resolv_target resolv = { .kind = RESOLV_FILE };
	const struct dhcp_options o = {
		.state_dir = g->state_dir,
		.container = s->name,
		.ifname = ifname,
		.netns = s->netns,
		.hostname = a->hostname,
		.metric = (uint32_t)(a->metric ? a->metric : METRIC),
		.no_default = a->no_default,
		.resolv = a->resolv_conf ? &resolv : NULL,
	};
	int r = a->resolv_conf ? resolv_file_path(a->resolv_conf, &path, e) : 0;

	resolv.path = path;
	if (r == 0 && path)
		r = resolv_file_check(&resolv, e);
	if (r == 0)
		r = dhcp_start(&o, e);
	return r == 0 && a->wait.is_set ? await(g, &o, a->wait.value, e) : r;
}

static int run_start(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct start_args *a = args;
	_cleanup_(site_done) struct site s = SITE_NONE;
	int r;

	if (a->metric < 0 || a->metric > UINT32_MAX)
		return err_msg(e, EINVAL, "--metric %lld: out of range", (long long)a->metric);
	if (a->wait.is_set && a->wait.value < 0)
		return err_msg(e, EINVAL, "--wait: a time is not below 0");
	r = site_open(global, &a->site, &s, e);
	return r < 0 ? r : start(global, a, &s, argv[0], e);
}

const struct command cmd_dhcp_start = {
	.name = "dhcp start",
	.synopsis = "INTERFACE",
	.about = "Start a DHCP client on a container's interface.",
	.opts = start_opts,
	.args_size = sizeof(struct start_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_start,
};

/* ---- stop ---- */

struct stop_args {
	struct site_args site;
};

static const struct opt stop_opts[] = {
	O_SITE_(struct stop_args, site),
	{ 0 },
};

static int run_stop(const void *global, void *args, int argc, char **argv, struct err *e)
{
	const struct globals *g = global;
	const struct stop_args *a = args;
	_cleanup_(site_done) struct site s = SITE_NONE;
	int r = site_find_one(g, &a->site, &s, e);

	if (r > 0)
		r = argc ? dhcp_stop(g->state_dir, s.name, argv[0], e) :
			   dhcp_stop_all(g->state_dir, s.name, e);
	return r < 0 ? r : 0;
}

const struct command cmd_dhcp_stop = {
	.name = "dhcp stop",
	.synopsis = "[INTERFACE]",
	.about = "End a container's DHCP clients, or one of them.",
	.opts = stop_opts,
	.args_size = sizeof(struct stop_args),
	.min_args = 0,
	.max_args = 1,
	.run = run_stop,
};

/* ---- status ---- */

static void encode_status(const struct dhcp_status *s, struct json_out *o)
{
	json_out_object(o);
	json_out_name(o, "container");
	json_out_string(o, s->container);
	json_out_name(o, "interface");
	json_out_string(o, s->ifname);
	json_out_name(o, "running");
	json_out_bool(o, s->running);
	json_out_name(o, "pid");
	json_out_i64(o, s->pid);
	json_out_name(o, "lease");
	if (s->lease.event)
		record_encode(&dhcp_lease_record, &s->lease, o);
	else
		json_out_null(o);
	json_out_name(o, "error");
	if (s->error)
		json_out_string(o, s->error);
	else
		json_out_null(o);
	json_out_end(o);
}

static void print_status(const struct dhcp_status *s)
{
	printf("%s %s: ", s->container, s->ifname);
	if (!s->running)
		printf("client has ended");
	else if (s->lease.ip)
		printf("%s/%u from %s for %llu s", s->lease.ip, (unsigned)s->lease.prefix,
		       s->lease.serverid ? s->lease.serverid : "?",
		       (unsigned long long)s->lease.lease);
	else
		printf("no lease");
	printf("%s%s\n", s->error ? "; refused: " : "", s->error ? s->error : "");
}

static int status_one(const struct dhcp_status *s, void *data, struct err *e _unused_)
{
	if (data)
		encode_status(s, data);
	else
		print_status(s);
	return 0;
}

static int status_named(const struct globals *g, const char *name, int argc, char **argv,
			struct json_out *o, struct err *e)
{
	_cleanup_(dhcp_status_done) struct dhcp_status s = { 0 };
	int r;

	if (argc == 0)
		return dhcp_each(g->state_dir, name, status_one, o, e);
	r = dhcp_status(g->state_dir, name, argv[0], &s, e);
	if (r == 0)
		return err_msg(e, ENOENT, "%s of %s has no DHCP client", argv[0], name);
	return r < 0 ? r : status_one(&s, o, e);
}

static int status_all(const struct globals *g, struct json_out *o, struct err *e)
{
	return dhcp_each(g->state_dir, NULL, status_one, o, e);
}

static int run_status(const void *global, void *args, int argc, char **argv, struct err *e)
{
	static const struct site_show how = { false, status_named, status_all };

	return site_show(global, args, &how, argc, argv, e);
}

const struct command cmd_dhcp_status = {
	.name = "dhcp status",
	.synopsis = "[INTERFACE]",
	.about = "Show DHCP clients and their leases.",
	.opts = site_show_opts,
	.args_size = sizeof(struct site_show_args),
	.min_args = 0,
	.max_args = 1,
	.run = run_status,
};

/* ---- event: what a client runs us as (main.c) ---- */

static int run_event(const void *global _unused_, void *args _unused_, int argc _unused_,
		     char **argv, struct err *e)
{
	const char *record = getenv(DHCP_ENV);

	if (!record)
		return err_msg(e, EINVAL, "dhcp-event is what a DHCP client runs");
	return dhcp_event(record, argv[0], environ, e);
}

const struct command cmd_dhcp_event = {
	.name = "dhcp-event",
	.synopsis = "EVENT",
	.about = "Configure an interface for its DHCP client.",
	.args_size = 1,
	.min_args = 1,
	.max_args = 1,
	.run = run_event,
	.flags = COMMAND_HIDDEN,
};
