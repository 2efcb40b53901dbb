/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/limits.h"
#include "net/cni/type.h"

#include <string.h>

/* The host's end of a pair, as the plugins before have told it: the last interface on the host that
 * is a veth. */
static int find_host_end(struct cni *c, char *out, struct err *e)
{
	for (size_t i = c->result.n_ifaces; i > 0; i--) {
		const struct cni_iface *f = &c->result.ifaces[i - 1];
		struct link l;

		if (f->sandbox && *f->sandbox)
			continue;
		if (link_find(c->host, f->name, &l, NULL) > 0 && str_eq(l.kind, "veth")) {
			(void)memcpy(out, l.name, IFNAMSIZ);
			return 0;
		}
	}
	return cni_fail(c, CNI_ERROR_CONFIG, e, "bandwidth: prevResult names no veth on the host");
}

static int check_limits(struct cni *c, struct err *e)
{
	return cni_limits_check(c, true, e);
}

static int finish_bandwidth(struct cni *c, struct err *e)
{
	int r = find_host_end(c, c->host_ifname, e);

	return r < 0 ? r : cni_bandwidth_add(c, c->host_ifname, e);
}

static int check_bandwidth(struct cni *c, struct err *e)
{
	int r = find_host_end(c, c->host_ifname, e);

	return r < 0 ? r : cni_bandwidth_check(c, c->host_ifname, e);
}

const struct cni_type cni_bandwidth = {
	.name = "bandwidth",
	.is_chained = true,
	.check_conf = check_limits,
	.finish = finish_bandwidth,
	.check = check_bandwidth,
};

const struct cni_type cni_portmap = {
	.name = "portmap",
	.is_chained = true,
	.check_conf = check_limits,
	.finish = cni_nat_add,
	.check = cni_nat_check,
};
