/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/ipam.h"

#include "core/strv.h"
#include "net/cni/delegate.h"
#include "net/ip.h"

#include <errno.h>

static const struct cni_ipam_type *const types[] = { &cni_host_local, &cni_static, &cni_dhcp };

const struct cni_ipam_type *cni_ipam_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (str_eq(types[i]->name, name))
			return types[i];
	return NULL;
}

int cni_ipam_plan(struct cni *c, struct cni_ipam_plan *out, struct err *e)
{
	const char *type = c->conf.ipam ? c->conf.ipam->type : NULL;
	const struct cni_ipam_type *ours = type ? cni_ipam_find(type) : NULL;
	autofree char *program = NULL;
	int found;

	*out = (struct cni_ipam_plan){ 0 };
	if (!type || !*type)
		return 0;
	found = cni_find_program(c, type, &program, e);
	if (found < 0) {
		c->code = CNI_ERROR_CONFIG;
		return found;
	}
	if (found == 1)
		out->program = TAKE(program);
	else
		out->built_in = ours;
	if (!out->program && !ours) {
		c->code = CNI_ERROR_IO;
		return err_msg(e, ENOENT, "ipam: there is no plugin \"%s\" in CNI_PATH", type);
	}
	return 0;
}

void cni_ipam_plan_done(struct cni_ipam_plan *p)
{
	free(p->program);
	*p = (struct cni_ipam_plan){ 0 };
}

/* A program that we know nothing of may want it, too. */
bool cni_ipam_is_on_link(const struct cni_ipam_plan *p)
{
	return p->program || (p->built_in && p->built_in->is_on_link);
}

static void append(struct cni_result *to, const struct cni_result *from)
{
	for (size_t i = 0; i < from->n_ips; i++)
		cni_result_add_ip(to, from->ips[i].address, from->ips[i].gateway);
	cni_result_add_routes(to, from->routes, from->n_routes);
	cni_result_add_dns(to, from->dns);
}

int cni_ipam_add(struct cni *c, const struct cni_ipam_plan *p, struct err *e)
{
	struct cni_result got = { 0 };
	autostr text = { 0 };
	int r = 0;

	if (p->built_in) {
		r = p->built_in->add(c, &got, e);
	} else if (p->program) {
		r = cni_delegate(c, p->program, &text, e);
		if (r == 0 && cni_result_parse(text.p ? text.p : "", text.len, &got, e) < 0) {
			c->code = CNI_ERROR_DECODE;
			r = err_wrap(e, "result of %s: ", p->program);
		}
	}
	if (r == 0) {
		cni_result_add_dns(&c->result, c->conf.dns);
		append(&c->result, &got);
	}
	cni_result_done(&got);
	return r;
}

int cni_ipam_run(struct cni *c, const struct cni_ipam_plan *p, struct err *e)
{
	const struct cni_ipam_type *t = p->built_in;

	if (p->program)
		return cni_delegate(c, p->program, NULL, e);
	if (!t)
		return 0;
	switch (c->call.command) {
	case CNI_DEL:
		return t->del(c, e);
	case CNI_CHECK:
		return t->check(c, e);
	case CNI_GC:
		return t->gc(c, e);
	case CNI_STATUS:
		return t->status(c, e);
	default:
		return 0;
	}
}

static bool is_in(const struct ip *list, size_t n, const struct ip *a)
{
	for (size_t i = 0; i < n; i++)
		if (ip_same_address(&list[i], a))
			return true;
	return false;
}

/* What is asked for in two ways is asked for once. */
static int parse_all(char *const *texts, const char *what, struct ip **list, size_t *n,
		     struct err *e)
{
	for (; texts && *texts; texts++) {
		struct ip a;
		int r = ip_parse(*texts, what, &a, e);

		if (r < 0)
			return r;
		if (is_in(*list, *n, &a))
			continue;
		*list = xrealloc(*list, *n + 1, sizeof(**list));
		(*list)[(*n)++] = a;
	}
	return 0;
}

int cni_requested_ips(const struct cni *c, struct ip **out, size_t *n, struct err *e)
{
	const struct cni_conf *f = &c->conf;
	autostrv char **asked = strv_split(c->call.ip ? c->call.ip : "", ',');
	autofree struct ip *list = NULL;
	size_t count = 0;
	int r = parse_all(asked, "CNI_ARGS: IP", &list, &count, e);

	if (r == 0 && f->args && f->args->cni)
		r = parse_all(f->args->cni->ips, "args.cni.ips", &list, &count, e);
	if (r == 0 && f->runtime)
		r = parse_all(f->runtime->ips, "runtimeConfig.ips", &list, &count, e);
	if (r < 0)
		return r;
	*out = TAKE(list);
	*n = count;
	return 0;
}
