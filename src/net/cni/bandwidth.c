/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/limits.h"
#include "net/portmap.h"
#include "net/shape.h"

#include <errno.h>

static const struct cni_bandwidth *bandwidth(const struct cni *c)
{
	if (c->conf.runtime && c->conf.runtime->bandwidth)
		return c->conf.runtime->bandwidth;
	return &c->conf.bandwidth;
}

static int check_rate(struct cni *c, const char *what, uint64_t rate, uint64_t burst, struct err *e)
{
	if (!rate && !burst)
		return 0;
	if (!rate || !burst)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "bandwidth: %sRate and %sBurst go together",
				what, what);
	if (rate < 8 || burst < 8 || burst / 8 > UINT32_MAX)
		return cni_fail(c, CNI_ERROR_CONFIG, e,
				"bandwidth: %sRate or %sBurst is out of range", what, what);
	return 0;
}

int cni_bandwidth_conf(struct cni *c, bool has_host_end, struct err *e)
{
	const struct cni_bandwidth *b = bandwidth(c);
	int r = check_rate(c, "ingress", b->ingress_rate, b->ingress_burst, e);

	if (r == 0)
		r = check_rate(c, "egress", b->egress_rate, b->egress_burst, e);
	if (r == 0 && !has_host_end && (b->ingress_rate || b->egress_rate))
		r = cni_fail(c, CNI_ERROR_UNSUPPORTED, e,
			     "bandwidth: a rate needs an end on the host, which type %s has not",
			     c->conf.type);
	return r;
}

static int set_rate(struct cni *c, const struct link *l, uint64_t rate, uint64_t burst,
		    struct err *e)
{
	return shape_set(c->host, l->index, rate / 8, (uint32_t)(burst / 8), e);
}

/* ---- from the container ----
 * Its own interface is its own: with CAP_NET_ADMIN it can take a limit away from there. So what the
 * host's end receives goes through an ifb of the host, which sends at the rate. */

static int create_ifb(struct cni *c, const struct link *host, struct link *out, struct err *e)
{
	char owner[PORTMAP_OWNER_MAX + 1], name[IFNAMSIZ];
	struct link_new new = LINK_NEW("ifb");
	int r;

	new.end.name = cni_ifb_name(c, name);
	new.end.mtu = host->mtu;
	new.end.up = true;
	r = link_create(c->host, &new, e);
	/* of an ADD that was killed */
	if (r == -EEXIST && cni_bandwidth_del(c, NULL) == 0)
		r = link_create(c->host, &new, e);
	if (r == 0)
		r = link_get(c->host, name, out, e);
	return r < 0 ? r : link_set_alias(c->host, out->index, portmap_owner(c->owner, owner), e);
}

static int limit_sender(struct cni *c, const struct link *host, struct err *e)
{
	const struct cni_bandwidth *b = bandwidth(c);
	struct link ifb;
	int r = create_ifb(c, host, &ifb, e);

	if (r == 0)
		r = set_rate(c, &ifb, b->egress_rate, b->egress_burst, e);
	return r == 0 ? shape_receive(c->host, host->index, ifb.index, e) : r;
}

int cni_bandwidth_del(struct cni *c, struct err *e)
{
	char name[IFNAMSIZ];
	struct link l;
	int r = link_find(c->host, cni_ifb_name(c, name), &l, e);

	if (r <= 0 || !str_eq(l.kind, "ifb"))
		return r;
	r = link_delete(c->host, l.index, e);
	return r == -ENODEV ? 0 : r;
}

/* ---- both ---- */

int cni_bandwidth_add(struct cni *c, const char *host_ifname, struct err *e)
{
	const struct cni_bandwidth *b = bandwidth(c);
	struct link host;
	int r = 0;

	if (!b->ingress_rate && !b->egress_rate)
		return 0;
	r = link_get(c->host, host_ifname, &host, e);
	if (r == 0 && b->ingress_rate)
		r = set_rate(c, &host, b->ingress_rate, b->ingress_burst, e);
	if (r == 0 && b->egress_rate)
		r = limit_sender(c, &host, e);
	if (r < 0)
		(void)cni_bandwidth_del(c, NULL);
	return r;
}

static int check_shape(struct cni *c, const char *ifname, uint64_t want, struct err *e)
{
	uint64_t rate = 0;
	struct link l;
	int r = want ? link_get(c->host, ifname, &l, e) : 0;

	if (r == 0 && want)
		r = shape_get(c->host, l.index, &rate, e);
	if (r < 0)
		return r;
	if (rate != want / 8)
		return err_msg(e, EINVAL, "interface %s sends at another rate", ifname);
	return 0;
}

int cni_bandwidth_check(struct cni *c, const char *host_ifname, struct err *e)
{
	const struct cni_bandwidth *b = bandwidth(c);
	char ifb[IFNAMSIZ];
	int r = check_shape(c, host_ifname, b->ingress_rate, e);

	return r < 0 ? r : check_shape(c, cni_ifb_name(c, ifb), b->egress_rate, e);
}
