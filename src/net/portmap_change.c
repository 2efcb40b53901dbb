/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conntrack.h"
#include "net/forward.h"
#include "net/portmap_elements.h"
#include "net/link.h"
#include "net/lock.h"
#include "net/route.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

/* One change at a time: between reading what there is and applying. Returns the lock. */
static int lock(const char *state_dir, struct err *e)
{
	return net_lock(state_dir, "nft", e);
}

/* Returns 1, or 0 when the table is not there or is to be brought up to date. */
static int read_elements(struct nat_elements *out, struct err *e)
{
	struct nft_elements raw = { 0 };
	struct nat_element x;
	int r = nft_table_read(&raw, e);

	/* what is not as we make it is somebody else's doing, and stays */
	for (size_t i = 0; i < raw.n; i++)
		if (nat_element_read(&raw.v[i], &x) == 0)
			nat_elements_add(out, &x);
	nft_elements_done(&raw);
	return r;
}

/* Senders that go on are to notice the change. It is made, whatever comes of this: an entry that is
 * left ends by itself when its sender pauses. */
static void forget_streams(const struct nat_elements *changed)
{
	autofree struct conntrack_port *ports = xcalloc(changed->n + 1, sizeof(*ports));
	size_t n = 0;

	for (size_t i = 0; i < changed->n; i++) {
		if (changed->v[i].protocol != IPPROTO_UDP)
			continue;
		ports[n].family = changed->v[i].to.family;
		ports[n++].port = changed->v[i].host_port;
	}
	if (n > 0)
		(void)conntrack_forget_udp(ports, n, NULL);
}

/* ---- adding ---- */

static bool wants_family(const struct nat *n, int family)
{
	for (size_t i = 0; i < n->n_ports; i++)
		if (n->ports[i].to.family == family)
			return true;
	for (size_t i = 0; i < n->n_sources; i++)
		if (n->sources[i].family == family)
			return true;
	return false;
}

/* The kernel sends nothing from 127.0.0.1 over an interface that does not allow it. Somebody else's
 * network, behind a gateway, is none to allow it for. */
static int allow_localhost(const struct nat *n, struct err *e)
{
	autonl *nl = NULL;
	struct route route;
	struct link link;
	int r = nl_open(&nl, e);

	for (size_t i = 0; i < n->n_ports && r >= 0; i++) {
		const struct ip *to = &n->ports[i].to;

		if (to->family != AF_INET || (i > 0 && ip_same_address(to, &n->ports[i - 1].to)))
			continue;
		r = route_lookup(nl, to, &route, e);
		if (r == 0 && ip_is_set(&route.gateway))
			continue;
		if (r == 0)
			r = link_get_index(nl, route.index, &link, e);
		if (r == 0)
			r = forward_interface(AF_INET, link.name, "route_localnet", "1", e);
	}
	return r < 0 ? err_wrap(e, "reach the container by 127.0.0.1: ") : 0;
}

static int prepare_host(const struct nat *n, struct err *e)
{
	int r = 0;

	if (wants_family(n, AF_INET))
		r = forward_enable(AF_INET, e);
	if (r >= 0 && wants_family(n, AF_INET6))
		r = forward_enable(AF_INET6, e);
	if (r >= 0 && n->n_ports > 0)
		r = allow_localhost(n, e);
	return r;
}

static int add_locked(const struct nat *n, struct err *e)
{
	_cleanup_(nat_elements_done) struct nat_elements have = { 0 }, want = { 0 };
	autostr text = { 0 };
	int there, r;

	there = read_elements(&have, e);
	if (there < 0)
		return there;
	if (!there)
		nft_table_text(&text);
	nat_elements_make(n, &want);
	r = nat_elements_change(&have, &want, &text, e);
	if (r <= 0)
		return r;
	r = prepare_host(n, e);
	if (r >= 0)
		r = nft_apply(&text, e);
	if (r == 0)
		forget_streams(&want);
	return r < 0 ? r : 0;
}

int portmap_add(const char *state_dir, const struct nat *n, struct err *e)
{
	autofd int held = -1;
	int r = portmap_check(n, e);

	if (r < 0 || (n->n_ports == 0 && n->n_sources == 0))
		return r;
	held = lock(state_dir, e);
	if (held < 0)
		return held;
	return add_locked(n, e);
}

/* ---- removing ---- */

/* Returns how many went. */
static int remove_where(const char *state_dir,
			bool (*gone)(const struct nat_element *x, void *data), void *data,
			struct err *e)
{
	_cleanup_(nat_elements_done) struct nat_elements have = { 0 }, out = { 0 };
	autostr text = { 0 };
	autofd int held = lock(state_dir, e);
	int r;

	if (held < 0)
		return held;
	r = read_elements(&have, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < have.n; i++) {
		if (!gone(&have.v[i], data))
			continue;
		nat_element_delete(&have.v[i], &text);
		nat_elements_add(&out, &have.v[i]);
	}
	if (out.n == 0)
		return 0;
	r = nft_apply(&text, e);
	if (r == 0)
		forget_streams(&out);
	return r < 0 ? r : (int)out.n;
}

static bool is_owners(const struct nat_element *x, void *data)
{
	return str_eq(x->owner, data);
}

int portmap_del(const char *state_dir, const char *owner, struct err *e)
{
	char stored[PORTMAP_OWNER_MAX + 1];
	int r;

	(void)portmap_owner(owner, stored);
	r = remove_where(state_dir, is_owners, stored, e);
	return r > 0 ? 1 : r;
}

struct keeping {
	const char *prefix;
	bool (*keep)(const char *owner, void *data);
	void *data;
};

static bool is_not_kept(const struct nat_element *x, void *data)
{
	const struct keeping *k = data;

	return str_starts(x->owner, k->prefix) && !k->keep(x->owner, k->data);
}

int portmap_keep(const char *state_dir, const char *prefix,
		 bool (*keep)(const char *owner, void *data), void *data, struct err *e)
{
	struct keeping k = { .prefix = prefix, .keep = keep, .data = data };

	return remove_where(state_dir, is_not_kept, &k, e);
}

/* ---- listing ---- */

static bool is_row(const struct nat_element *x)
{
	return x->set != NFT_NEAR4 && x->set != NFT_NEAR6;
}

static struct portmap_row row_of(const struct nat_element *x)
{
	struct portmap_row row = {
		.map = { .host = x->host,
			 .to = x->to,
			 .protocol = x->protocol,
			 .host_port = x->host_port,
			 .to_port = x->to_port,
			 .count = x->protocol ? 1 : 0 },
	};

	(void)snprintf(row.owner, sizeof(row.owner), "%s", x->owner);
	return row;
}

static int compare_rows(const void *pa, const void *pb)
{
	const struct portmap_row *a = pa, *b = pb;
	int r = strcmp(a->owner, b->owner);

	if (r == 0)
		r = a->map.protocol - b->map.protocol;
	if (r == 0)
		r = ip_compare(&a->map.to, &b->map.to);
	if (r == 0)
		r = ip_compare(&a->map.host, &b->map.host);
	if (r == 0)
		r = a->map.host_port - b->map.host_port;
	return r;
}

/* Whether b is a's next port. */
static bool follows(const struct portmap_row *a, const struct portmap_row *b)
{
	return a->map.protocol && a->map.protocol == b->map.protocol &&
	       str_eq(a->owner, b->owner) && ip_same_address(&a->map.to, &b->map.to) &&
	       ip_same_address(&a->map.host, &b->map.host) &&
	       a->map.host_port + a->map.count == b->map.host_port &&
	       a->map.to_port + a->map.count == b->map.to_port;
}

int portmap_list(const char *owner, struct portmap_row **out, size_t *n, struct err *e)
{
	_cleanup_(nat_elements_done) struct nat_elements have = { 0 };
	autofree struct portmap_row *rows = NULL;
	char stored[PORTMAP_OWNER_MAX + 1] = "";
	size_t count = 0, kept = 0;
	int r = read_elements(&have, e);

	if (r < 0)
		return r;
	if (owner)
		(void)portmap_owner(owner, stored);
	rows = xcalloc(have.n + 1, sizeof(*rows));
	for (size_t i = 0; i < have.n; i++)
		if (is_row(&have.v[i]) && (!owner || str_eq(have.v[i].owner, stored)))
			rows[count++] = row_of(&have.v[i]);
	qsort(rows, count, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && follows(&rows[kept - 1], &rows[i]))
			rows[kept - 1].map.count++;
		else
			rows[kept++] = rows[i];
	}
	*out = TAKE(rows);
	*n = kept;
	return 0;
}
