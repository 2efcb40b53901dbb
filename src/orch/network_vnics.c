/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a container that a message asked for: an internal bridge, by which the host
 * reaches it, and vNICs on the host's interfaces. */
#include "orch/network.h"

#include "net/attach.h"
#include "net/internal.h"
#include "orch/request.h"
#include "orch/resolv_conf.h"

#include <errno.h>

/* A container starts without a lease when there is none by then; its client goes on asking. */
#define DHCP_TIMEOUT_MS 15000

static int prepare(const struct orch *o, struct container *c, int netns, struct err *e)
{
	autofree char *dir = orch_net_dir(o);
	autofree char *name = orch_net_name(c->ns, c->name);
	const struct internal_options options = { .state_dir = dir,
						  .container = name,
						  .netns = netns };
	struct internal_net made = { 0 };
	int r = internal_add(&options, &made, e);

	if (r < 0)
		return err_wrap(e, "internal network: ");
	free(c->internal_ip);
	c->internal_ip = xstrndup(made.address, strcspn(made.address, "/"));
	internal_done(&made);
	return 0;
}

static int attach(const struct orch *o, const struct container *c, int netns, struct err *e)
{
	autofree char *dir = orch_net_dir(o);
	autofree char *name = orch_net_name(c->ns, c->name);
	autofree char *path = orch_netns_path(o, c->ns, c->name);
	autofree char *resolv = resolv_conf_path(o, c);
	autofree char *plain = NULL;
	struct attach_options options = {
		.state_dir = dir,
		.container = name,
		.netns = netns,
		.netns_path = path,
		.resolv = { .kind = RESOLV_FILE },
		.hostname = c->hostname ?: c->name,
		.dhcp_timeout_ms = DHCP_TIMEOUT_MS,
		.dhcp_optional = true,
	};
	struct vnics vnics = { 0 };
	int r = request_vnics(o, c->ns, c->name, &vnics, e);

	if (r == 0)
		r = resolv_conf_make(o, c, e);
	if (r == 0) {
		/* The way to our own directory may have symlinks: they are the host's. */
		plain = realpath(resolv, NULL);
		options.resolv.path = plain;
		r = plain ? 0 : err_set(e, errno, "%s", resolv);
	}
	if (r == 0)
		r = attach_add(&options, &vnics, NULL, e);
	vnics_done(&vnics);
	return r == -EEXIST ? 0 : r;
}

static int detach(const struct orch *o, const struct container *c, bool forget, struct err *e)
{
	autofree char *dir = orch_net_dir(o);
	autofree char *name = orch_net_name(c->ns, c->name);
	int r = attach_remove(dir, name, -1, forget, e);

	return r < 0 ? r : 0;
}

static int release(const struct orch *o, const struct container *c, struct err *e)
{
	autofree char *dir = orch_net_dir(o);
	autofree char *name = orch_net_name(c->ns, c->name);
	int r = internal_remove(dir, name, e);

	return r < 0 ? r : 0;
}

const struct network_kind network_vnics = {
	.prepare = prepare,
	.attach = attach,
	.detach = detach,
	.release = release,
	.pinned = true,
};
