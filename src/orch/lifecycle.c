/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/lifecycle.h"

#include "monitor/monitor.h"
#include "orch/network.h"
#include "orch/registry.h"
#include "orch/request.h"
#include "orch/rootfs.h"
#include "orch/serial_attach.h"

#include <errno.h>

static int mount_rootfs(const struct orch *o, const char *dir, struct err *e)
{
	autofree char *images = orch_image_dir(o);
	autoimagestore store = { 0 };
	int r = image_store_open(images, o->env, &store, e);

	if (r == 0)
		r = rootfs_mount(&store, dir, NULL, e);
	return r < 0 ? r : 0;
}

/* What other programs are told of its network. */
static int publish_network(const struct orch *o, struct container *c, struct err *e)
{
	int r = 0;

	if (c->network != CONTAINER_NETWORK_VNICS)
		return 0;
	r = container_save(o, c, e);
	if (r == 0)
		r = registry_set_client(o, c->ns, c->name, c->internal_ip, e);
	return r < 0 ? r : request_save_vnics(o, c->ns, c->name, e);
}

int lifecycle_start(const struct orch *o, struct container *c, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	int r = network_up(o, c, e);

	if (r == 0)
		r = publish_network(o, c, e);
	if (r == 0)
		r = mount_rootfs(o, dir, e);
	if (r == 0)
		r = serial_attach(o, c, e);
	if (r == 0)
		r = monitor_start(o->monitor, dir, e);
	return r < 0 ? r : 0;
}

int lifecycle_mend(const struct orch *o, struct container *c, struct err *e)
{
	int r = network_mend(o, c, e);

	return r < 0 ? r : publish_network(o, c, e);
}

int lifecycle_stop(const struct orch *o, struct container *c, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	int r = monitor_stop(dir, e);

	if (r >= 0)
		r = network_down(o, c, e);
	return r < 0 ? r : rootfs_unmount(dir, e);
}

int lifecycle_restart(const struct orch *o, struct container *c, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	int r = serial_attach(o, c, e);

	if (r < 0)
		return r;
	r = monitor_restart(dir, e);
	if (r != -ESRCH)
		return r < 0 ? r : 0;
	/* Nobody holds it: whatever runs of it is ended first. */
	r = monitor_stop(dir, e);
	return r < 0 ? r : lifecycle_start(o, c, e);
}
