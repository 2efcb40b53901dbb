/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/plugin.h"

#include "net/cni/attach.h"

#include <errno.h>

static const struct cni_type *const types[] = {
	&cni_bandwidth, &cni_bridge, &cni_host_device, &cni_loopback,
	&cni_macvlan,	&cni_ovs,    &cni_portmap,     &cni_ptp,
};

const struct cni_type *cni_type_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (str_eq(types[i]->name, name))
			return types[i];
	return NULL;
}

/* ---- printing ---- */

static void print(struct json_out *o, struct str *out)
{
	size_t len;
	const char *text = json_out_text(o, &len);

	str_add_bytes(out, text, len);
	str_add_char(out, '\n');
}

static int print_error(const struct cni *c, const struct err *e, struct str *out)
{
	autojsonout *o = json_out_new("  ");

	json_out_object(o);
	json_out_name(o, "cniVersion");
	json_out_string(o,
			c->version ? names_get(cni_version_names, c->version) : CNI_VERSION_NEWEST);
	json_out_name(o, "code");
	json_out_i64(o, c->code);
	json_out_name(o, "msg");
	json_out_string(o, e->text);
	json_out_end(o);
	print(o, out);
	return 1;
}

static void print_result(const struct cni *c, struct str *out)
{
	autojsonout *o = json_out_new("  ");

	cni_result_write(&c->result, c->version, o);
	print(o, out);
}

/* Whatever version the caller asks for is the one that he reads. */
static int print_versions(const struct cni_plugin *p, struct str *out)
{
	autojsonout *o = json_out_new("  ");
	autojson *doc = NULL;
	const struct json *version = NULL;

	if (json_parse(p->input, p->input_len, &doc, NULL) == 0)
		version = json_get(json_root(doc), "cniVersion");
	json_out_object(o);
	json_out_name(o, "cniVersion");
	json_out_string(o, version && version->type == JSON_STRING ? version->text :
								     CNI_VERSION_NEWEST);
	json_out_name(o, "supportedVersions");
	json_out_array(o);
	for (const struct name *n = cni_version_names; n->name; n++)
		json_out_string(o, n->name);
	json_out_end(o);
	json_out_end(o);
	print(o, out);
	return 0;
}

/* ---- reading ---- */

/* The oldest version that has a command. */
static const enum cni_version since[] = {
	[CNI_ADD] = CNI_0_3_0, [CNI_DEL] = CNI_0_3_0,	 [CNI_CHECK] = CNI_0_4_0,
	[CNI_GC] = CNI_1_1_0,  [CNI_STATUS] = CNI_1_1_0,
};

/* "1", "1.0", "1.0.0" */
static bool is_version(const char *text)
{
	size_t digits = strspn(text, "0123456789.");

	return digits > 0 && !text[digits] && text[0] != '.' && text[digits - 1] != '.' &&
	       !strstr(text, "..");
}

static int read_version(struct cni *c, struct err *e)
{
	const char *text = c->conf.version ? c->conf.version : "0.1.0";
	int64_t v = 0;

	if (!is_version(text))
		return cni_fail(c, CNI_ERROR_DECODE, e, "cniVersion \"%s\" is no version", text);

	if (!names_find(cni_version_names, text, &v))
		return cni_fail(c, CNI_ERROR_VERSION, e,
				"cniVersion \"%s\" is not supported; 0.3.0 to %s are", text,
				CNI_VERSION_NEWEST);
	if (v < since[c->call.command])
		return cni_fail(c, CNI_ERROR_VERSION, e, "cniVersion \"%s\" has no %s", text,
				names_get(cni_command_names, c->call.command));
	c->version = (enum cni_version)v;
	return 0;
}

/* A list that is not there is none of no attachments: all that runs would lose its network. */
static int check_gc(struct cni *c, struct err *e)
{
	if (c->call.command != CNI_GC || json_get(json_root(c->conf.doc), CNI_ATTACHMENTS))
		return 0;
	return cni_fail(c, CNI_ERROR_CONFIG, e, CNI_ATTACHMENTS " is missing");
}

static int read_conf(struct cni *c, const struct cni_plugin *p, struct err *e)
{
	int r = cni_conf_parse(p->input, p->input_len, &c->conf, e);

	if (r < 0) {
		c->code = r == -EBADMSG ? CNI_ERROR_DECODE : CNI_ERROR_CONFIG;
		return r;
	}
	r = read_version(c, e);
	if (r == 0 && c->conf.prev_result) {
		r = cni_result_read(c->conf.prev_result, &c->result, e);
		if (r < 0) {
			c->code = CNI_ERROR_DECODE;
			return err_wrap(e, "prevResult: ");
		}
	}
	if (r == 0)
		r = check_gc(c, e);
	c->owner = cni_owner(c->conf.name, c->call.container, c->call.ifname);
	return r;
}

static const char *own_name(const struct cni_plugin *p)
{
	const char *slash = p->program ? strrchr(p->program, '/') : NULL;
	const char *name = slash ? slash + 1 : p->program ? p->program : "";

	return str_starts(name, "netctl-") ? name + strlen("netctl-") : name;
}

/* ---- the commands ---- */

static int run_type(struct cni *c, struct err *e)
{
	const struct cni_type *t = cni_type_find(cni_conf_type(&c->conf));
	bool keeps_result;

	if (!t)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "type \"%s\" is not known here",
				c->conf.type);
	/* an interface of one's own does not add to somebody else's */
	keeps_result = t->is_chained || c->call.command == CNI_CHECK;
	if (!keeps_result)
		cni_result_done(&c->result);
	switch (c->call.command) {
	case CNI_ADD:
		return cni_add(c, t, e);
	case CNI_DEL:
		return cni_del(c, t, e);
	case CNI_CHECK:
		return cni_check(c, t, e);
	case CNI_GC:
		return cni_gc(c, t, e);
	default:
		return cni_status(c, t, e);
	}
}

static int run_ipam(struct cni *c, const struct cni_ipam_type *t, struct err *e)
{
	struct cni_ipam_plan plan = { .built_in = t };
	int r;

	if (!c->conf.ipam)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "ipam is missing");
	c->is_ipam = true;
	cni_result_done(&c->result);
	if (c->call.command != CNI_ADD)
		return cni_ipam_run(c, &plan, e);
	r = t->add(c, &c->result, e);
	return r;
}

static int run(struct cni *c, const struct cni_plugin *p, struct err *e)
{
	const struct cni_ipam_type *ipam = cni_ipam_find(own_name(p));
	int r = read_conf(c, p, e);

	/* what only keeps books of addresses does not ask what the namespace is */
	if (r == 0 && (!ipam || ipam->is_on_link))
		r = cni_open(c, e);
	if (r == 0)
		r = ipam ? run_ipam(c, ipam, e) : run_type(c, e);
	return r;
}

int cni_plugin_run(const struct cni_plugin *p, struct str *out)
{
	struct cni c = { .netns = -1, .state_dir = p->state_dir, .code = CNI_ERROR_ENVIRONMENT };
	struct err e = { 0 };
	int status = 0;

	if (cni_call_parse(p->env, &c.call, &e) < 0) {
		status = print_error(&c, &e, out);
	} else if (c.call.command == CNI_VERSION) {
		status = print_versions(p, out);
	} else {
		c.code = CNI_ERROR_PLUGIN;
		if (run(&c, p, &e) < 0)
			status = print_error(&c, &e, out);
		else if (c.call.command == CNI_ADD)
			print_result(&c, out);
	}
	cni_done(&c);
	return status;
}
