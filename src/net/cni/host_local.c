/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "core/strv.h"
#include "net/cni/ipam.h"
#include "net/cni/lease.h"

#include <errno.h>
#include <fcntl.h>

#define RESOLV_SIZE_MAX 65536

static struct lease_owner owner_of(const struct cni *c)
{
	return (struct lease_owner){ c->call.container, c->call.ifname };
}

static int open_store(struct cni *c, bool make, struct lease_store **out, struct err *e)
{
	return lease_open(c->conf.ipam->data_dir, c->conf.name, make, out, e);
}

/* ---- resolvConf ---- */

static void read_line(char *line, struct cni_dns *out)
{
	char *rest = line, *word = strsep(&rest, " \t"), *value;

	if (!word)
		return;
	while ((value = strsep(&rest, " \t"))) {
		if (!*value)
			continue;
		if (str_eq(word, "nameserver"))
			strv_push(&out->nameservers, value);
		else if (str_eq(word, "search"))
			strv_push(&out->search, value);
		else if (str_eq(word, "options"))
			strv_push(&out->options, value);
		else if (str_eq(word, "domain") && !out->domain)
			out->domain = xstrdup(value);
	}
}

static int add_resolv_conf(const char *path, struct cni_result *out, struct err *e)
{
	struct cni_dns dns = { 0 };
	autostr text = { 0 };
	char *rest, *line;
	int r;

	if (!path || !*path)
		return 0;
	r = file_read(AT_FDCWD, path, RESOLV_SIZE_MAX, &text, e);
	if (r < 0)
		return err_wrap(e, "resolvConf %s: ", path);
	rest = text.p;
	while ((line = strsep(&rest, "\n")))
		read_line(line, &dns);
	cni_result_add_dns(out, &dns);
	record_done(&cni_dns_record, &dns);
	return 0;
}

/* ---- addresses ---- */

/* The first that is wanted and in this set; it is not wanted any more then. NULL when there is
 * none. */
static struct ip *wanted_of(struct ip *wanted, size_t n, const struct range_set *set)
{
	for (size_t i = 0; i < n; i++)
		if (ip_is_set(&wanted[i]) && range_find(set, &wanted[i]))
			return &wanted[i];
	return NULL;
}

static int take_one(struct cni *c, struct lease_store *s, const struct range_set *set, size_t index,
		    struct ip *wanted, struct ip *out, struct err *e)
{
	struct lease_owner owner = owner_of(c);
	int r;

	if (!wanted)
		return lease_next(s, set, index, &owner, out, e);
	r = lease_take(s, wanted, &owner, e);
	if (r == 0)
		*out = *wanted;
	*wanted = (struct ip){ 0 };
	return r;
}

static void add_to_result(const struct ip *a, const struct range *range, struct cni_result *out)
{
	char text[IP_TEXT_MAX], gateway[IP_TEXT_MAX];
	struct ip with_prefix = *a;

	with_prefix.prefix = range->first.prefix;
	cni_result_add_ip(out, ip_format(&with_prefix, text),
			  ip_format_address(&range->gateway, gateway));
}

static int take_all(struct cni *c, struct lease_store *s, const struct range_sets *sets,
		    struct ip *wanted, size_t n_wanted, struct cni_result *out, struct err *e)
{
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < sets->n; i++) {
		const struct range_set *set = &sets->v[i];
		struct ip a;
		int r = take_one(c, s, set, i, wanted_of(wanted, n_wanted, set), &a, e);

		if (r < 0)
			return r;
		add_to_result(&a, range_find(set, &a), out);
	}
	for (size_t i = 0; i < n_wanted; i++)
		if (ip_is_set(&wanted[i]))
			return err_msg(e, EINVAL, "address %s was asked for, which no range has",
				       ip_format_address(&wanted[i], text));
	return 0;
}

static int add(struct cni *c, struct cni_result *out, struct err *e)
{
	struct lease_owner owner = owner_of(c);
	struct range_sets sets = { 0 };
	autofree struct ip *wanted = NULL;
	autolease *store = NULL;
	size_t n_wanted = 0;
	int r = range_sets_read(&c->conf, &sets, e);

	if (r == 0)
		r = cni_requested_ips(c, &wanted, &n_wanted, e);
	if (r < 0)
		c->code = CNI_ERROR_CONFIG;
	if (r == 0)
		r = open_store(c, true, &store, e);
	if (r >= 0)
		r = take_all(c, store, &sets, wanted, n_wanted, out, e);
	if (r == 0)
		r = add_resolv_conf(c->conf.ipam->resolv_conf, out, e);
	if (r < 0 && store)
		(void)lease_give_back(store, &owner, NULL);
	if (r == 0)
		cni_result_add_routes(out, c->conf.ipam->routes, c->conf.ipam->n_routes);
	range_sets_done(&sets);
	return r;
}

static int del(struct cni *c, struct err *e)
{
	struct lease_owner owner = owner_of(c);
	autolease *store = NULL;
	int r = open_store(c, false, &store, e);

	return r > 0 ? lease_give_back(store, &owner, e) : r;
}

static int check(struct cni *c, struct err *e)
{
	struct lease_owner owner = owner_of(c);
	autolease *store = NULL;
	int r = open_store(c, false, &store, e);

	if (r > 0)
		r = lease_count(store, &owner, e);
	if (r == 0)
		return err_msg(e, ENOENT, "container %s has no address of network %s",
			       c->call.container, c->conf.name);
	return r;
}

static bool is_attached(const struct lease_owner *o, void *data)
{
	const struct cni *c = data;

	for (size_t i = 0; i < c->conf.n_attachments; i++)
		if (str_eq(c->conf.attachments[i].container, o->container) &&
		    (!*o->ifname || str_eq(c->conf.attachments[i].ifname, o->ifname)))
			return true;
	return false;
}

static int gc(struct cni *c, struct err *e)
{
	autolease *store = NULL;
	int r = open_store(c, false, &store, e);

	return r > 0 ? lease_keep(store, is_attached, c, e) : r;
}

static int status(struct cni *c, struct err *e)
{
	struct range_sets sets = { 0 };
	int r = range_sets_read(&c->conf, &sets, e);

	if (r < 0)
		c->code = CNI_ERROR_CONFIG;
	range_sets_done(&sets);
	return r;
}

const struct cni_ipam_type cni_host_local = {
	.name = "host-local",
	.add = add,
	.del = del,
	.check = check,
	.gc = gc,
	.status = status,
};
