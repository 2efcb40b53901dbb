/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/type.h"

#include <errno.h>

/* The kernel gives it its addresses when it comes up. */
static int make(struct cni *c, struct err *e)
{
	struct link lo;
	int r = link_get(c->inside, "lo", &lo, e);

	if (r == 0)
		r = link_set_up(c->inside, lo.index, true, e);
	if (r < 0)
		return r;
	(void)cni_result_add_iface(&c->result, "lo", "00:00:00:00:00:00", c->call.netns, 0);
	cni_result_add_ip(&c->result, "127.0.0.1/8", NULL);
	c->result.ips[0].iface = (struct opt_int){ true, 0 };
	return 0;
}

static int check(struct cni *c, struct err *e)
{
	if (!(c->link.flags & IFF_UP))
		return err_msg(e, ENETDOWN, "interface lo is down");
	return 0;
}

static int clean(struct cni *c, struct err *e)
{
	struct link lo;

	if (!c->inside)
		return 0;
	if (link_get(c->inside, "lo", &lo, e) < 0)
		return 0;
	return link_set_up(c->inside, lo.index, false, e);
}

const struct cni_type cni_loopback = {
	.name = "loopback",
	.make = make,
	.clean = clean,
	.check = check,
};
