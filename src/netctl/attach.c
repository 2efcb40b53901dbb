/* SPDX-License-Identifier: Apache-2.0 */
#include "net/attach.h"

#include "core/file.h"
#include "netctl/site.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)
#define DHCP_WAIT_NS 10000000000
#define NS_PER_MS 1000000

/* ---- attach ---- */

struct attach_args {
	struct site_args site;
	struct opt_int wait;
	bool optional;
	char *hostname;
	char *resolv_conf;
	bool no_dns;
	bool json;
};

static const struct opt attach_opts[] = {
	O_SITE_(struct attach_args, site),
	{ .name = "dhcp-wait",
	  .letter = 'w',
	  .kind = OPT_DURATION,
	  .offset = OPT_OFF(struct attach_args, wait, struct opt_int),
	  .arg = "DURATION",
	  .help = "wait so long for leases; 0: not at all (10s)" },
	O_FLAG_("dhcp-optional", 0, struct attach_args, optional,
		"go on when no lease comes in that time"),
	O_STRING_("hostname", 0, struct attach_args, hostname, "NAME",
		  "tell DHCP servers this name"),
	O_STRING_("resolv-conf", 0, struct attach_args, resolv_conf, "FILE",
		  "write DNS into this file of the host"),
	O_FLAG_("no-dns", 0, struct attach_args, no_dns, "write no DNS anywhere"),
	O_FLAG_("json", 'j', struct attach_args, json, "print JSON"),
	{ 0 },
};

static int read_list(const char *file, struct vnics *out, struct err *e)
{
	autostr text = { 0 };
	int r = str_eq(file, "-") ? fd_read_all(STDIN_FILENO, FILE_MAX, &text, e) :
				    file_read(AT_FDCWD, file, FILE_MAX, &text, e);

	if (r == 0)
		r = vnics_parse(text.p ? text.p : "", text.len, out, e);
	return r < 0 ? err_wrap(e, "%s: ", str_eq(file, "-") ? "stdin" : file) : 0;
}

static void show_one(const struct attached *a)
{
	const struct vnic *v = &a->vnic;
	const char *gateway = a->dhcp_gateway ? a->dhcp_gateway : v->parent_gateway;

	printf("%-15s %-6s %s", v->name, v->network_mode == VNIC_DHCP ? "dhcp" : "manual",
	       v->mac_address);
	if (v->ip_address)
		printf(" %s/%u", v->ip_address, vnic_prefix(v));
	else
		printf(" %s", a->dhcp_ip ? a->dhcp_ip : "(no lease)");
	if (gateway)
		printf(" via %s metric %u", gateway, (unsigned)a->metric);
	printf(" on %s\n", a->network);
}

static int print_attachment(const struct attachment *a, bool json, struct err *e)
{
	autojsonout *o = json_out_new("  ");

	if (json) {
		attachment_encode(a, o);
		return print_json(o, e);
	}
	for (size_t i = 0; i < a->n; i++)
		show_one(&a->v[i]);
	return finish_output(e);
}

/* A process has its own file; a namespace at a path has none that we know. */
static int choose_resolv(const struct attach_args *a, const struct site *s,
			 struct resolv_target *out, char **path, struct err *e)
{
	if (a->no_dns)
		return 0;
	if (a->resolv_conf) {
		int r = resolv_file_path(a->resolv_conf, path, e);

		if (r < 0)
			return r;
		*out = (struct resolv_target){ .kind = RESOLV_FILE, .path = *path };
	} else if (s->pid > 0) {
		*out = (struct resolv_target){
			.kind = RESOLV_PID,
			.pid = s->pid,
			.start_time = s->start_time,
		};
	}
	return 0;
}

static int attach(const struct globals *g, const struct attach_args *a, const struct site *s,
		  const struct vnics *l, struct attachment *out, struct err *e)
{
	autofree char *path = NULL;
	struct attach_options o = {
		.state_dir = g->state_dir,
		.container = s->name,
		.netns = s->netns,
		.netns_path = s->netns_path,
		.pid = s->pid,
		.hostname = a->hostname,
		.dhcp_timeout_ms = (a->wait.is_set ? a->wait.value : DHCP_WAIT_NS) / NS_PER_MS,
		.dhcp_optional = a->optional,
	};
	int r = choose_resolv(a, s, &o.resolv, &path, e);

	return r < 0 ? r : attach_add(&o, l, out, e);
}

static int run_attach(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct globals *g = global;
	const struct attach_args *a = args;
	_cleanup_(vnics_done) struct vnics l = { 0 };
	_cleanup_(site_done) struct site s = SITE_NONE;
	_cleanup_(attachment_done) struct attachment made = { 0 };
	int r;

	if (a->wait.is_set && a->wait.value < 0)
		return err_msg(e, EINVAL, "--dhcp-wait: a time is not below 0");
	r = read_list(argv[0], &l, e);
	if (r == 0)
		r = site_open(g, &a->site, &s, e);
	if (r == 0)
		r = attach(g, a, &s, &l, &made, e);
	return r < 0 ? r : print_attachment(&made, a->json || g->json, e);
}

const struct command cmd_attach = {
	.name = "attach",
	.synopsis = "FILE",
	.about = "Attach a list of vNICs to a container, all or none.",
	.opts = attach_opts,
	.args_size = sizeof(struct attach_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_attach,
};

/* ---- detach ---- */

struct detach_args {
	struct site_args site;
	bool forget;
};

static const struct opt detach_opts[] = {
	O_SITE_(struct detach_args, site),
	O_FLAG_("forget", 0, struct detach_args, forget, "forget the generated MAC addresses, too"),
	{ 0 },
};

static int run_detach(const void *global, void *args, int argc _unused_, char **argv _unused_,
		      struct err *e)
{
	const struct globals *g = global;
	const struct detach_args *a = args;
	_cleanup_(site_done) struct site s = SITE_NONE;
	int r = site_find_one(g, &a->site, &s, e);

	if (r > 0)
		r = attach_remove(g->state_dir, s.name, s.netns, a->forget, e);
	return r < 0 ? r : 0;
}

const struct command cmd_detach = {
	.name = "detach",
	.synopsis = "",
	.about = "Take a container's vNICs away.",
	.opts = detach_opts,
	.args_size = sizeof(struct detach_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_detach,
};

/* ---- show ---- */

static int show_attachment(const struct attachment *a, void *data, struct err *e _unused_)
{
	struct json_out *o = data;

	if (o) {
		json_out_name(o, a->container);
		attachment_encode(a, o);
		return 0;
	}
	printf("%s:%s\n", a->container,
	       str_eq(a->state, "attached") ? "" :
	       str_eq(a->state, "gone")	    ? " its network namespace is gone" :
					      " not complete");
	for (size_t i = 0; i < a->n; i++) {
		printf("  ");
		show_one(&a->v[i]);
	}
	return 0;
}

static int show_named(const struct globals *g, const char *name, int argc _unused_,
		      char **argv _unused_, struct json_out *o, struct err *e)
{
	_cleanup_(attachment_done) struct attachment a = { 0 };
	int r = attach_get(g->state_dir, name, &a, e);

	if (r == 0)
		return err_msg(e, ENOENT, "container %s has no vNICs attached", name);
	return r < 0 ? r : show_attachment(&a, o, e);
}

static int show_all(const struct globals *g, struct json_out *o, struct err *e)
{
	return attach_each(g->state_dir, show_attachment, o, e);
}

static int run_show(const void *global, void *args, int argc, char **argv, struct err *e)
{
	static const struct site_show how = { true, show_named, show_all };

	return site_show(global, args, &how, argc, argv, e);
}

const struct command cmd_show = {
	.name = "show",
	.synopsis = "",
	.about = "Show what vNICs are attached.",
	.opts = site_show_opts,
	.args_size = sizeof(struct site_show_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_show,
};
