/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/network.h"

#include "core/file.h"
#include "net/netns.h"

#include <errno.h>

static const struct network_kind nothing = { 0 };
static const struct network_kind loopback_only = { .pinned = true };

static const struct network_kind *const kinds[] = {
	[CONTAINER_NETWORK_VNICS] = &network_vnics, [CONTAINER_NETWORK_BRIDGE] = &network_bridge,
	[CONTAINER_NETWORK_HOST] = &nothing,	    [CONTAINER_NETWORK_PATH] = &nothing,
	[CONTAINER_NETWORK_NONE] = &loopback_only,
};

static const struct network_kind *kind_of(const struct container *c)
{
	size_t i = (size_t)c->network;

	return i < ARRAY_SIZE(kinds) && kinds[i] ? kinds[i] : &nothing;
}

static int make_namespace(const char *path, struct err *e)
{
	autofree char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	autofd int netns = -1;
	int r = dir_make_all(dir, 0755, e);

	if (r < 0)
		return r;
	netns = netns_make(e);
	if (netns < 0)
		return netns;
	r = netns_pin(netns, path, e);
	return r < 0 ? r : TAKE_FD(netns);
}

/* The container's pinned namespace, made when it is not there. What a reboot left of it is a file
 * that is no namespace any more. */
static int have_namespace(const struct orch *o, const struct container *c, struct err *e)
{
	autofree char *path = orch_netns_path(o, c->ns, c->name);
	int fd = netns_open_path(path, e);

	if (fd == -EINVAL) {
		int r = netns_unpin(path, e);

		if (r < 0)
			return r;
	}
	return fd == -ENOENT || fd == -EINVAL ? make_namespace(path, e) : fd;
}

int network_prepare(const struct orch *o, struct container *c, struct err *e)
{
	const struct network_kind *kind = kind_of(c);
	autofd int netns = -1;

	if (!kind->pinned)
		return 0;
	netns = have_namespace(o, c, e);
	if (netns < 0)
		return netns;
	return kind->prepare ? kind->prepare(o, c, netns, e) : 0;
}

int network_attach(const struct orch *o, const struct container *c, struct err *e)
{
	const struct network_kind *kind = kind_of(c);
	autofd int netns = -1;

	if (!kind->attach)
		return 0;
	netns = have_namespace(o, c, e);
	return netns < 0 ? netns : kind->attach(o, c, netns, e);
}

int network_up(const struct orch *o, struct container *c, struct err *e)
{
	int r = network_prepare(o, c, e);

	if (r == 0)
		r = network_attach(o, c, e);
	if (r < 0)
		(void)network_down(o, c, NULL); /* the error is why it did not come up */
	return r;
}

int network_mend(const struct orch *o, struct container *c, struct err *e)
{
	autofree char *path = orch_netns_path(o, c->ns, c->name);
	autofd int netns = -1;
	int r = 0;

	if (!kind_of(c)->pinned)
		return 0;
	/* Another one would not be the one that it is in. */
	netns = netns_open_path(path, e);
	if (netns < 0)
		return err_wrap(e, "its network namespace: ");
	r = network_prepare(o, c, e);
	return r < 0 ? r : network_attach(o, c, e);
}

int network_is_attached(const struct orch *o, const struct container *c, struct err *e)
{
	const struct network_kind *kind = kind_of(c);

	return kind->is_attached ? kind->is_attached(o, c, e) : 1;
}

int network_detach(const struct orch *o, const struct container *c, bool forget, struct err *e)
{
	const struct network_kind *kind = kind_of(c);

	return kind->detach ? kind->detach(o, c, forget, e) : 0;
}

int network_release(const struct orch *o, const struct container *c, struct err *e)
{
	const struct network_kind *kind = kind_of(c);
	autofree char *path = orch_netns_path(o, c->ns, c->name);
	int r = kind->release ? kind->release(o, c, e) : 0;

	if (r < 0 || !kind->pinned)
		return r;
	return netns_unpin(path, e);
}

int network_down(const struct orch *o, const struct container *c, struct err *e)
{
	int r = network_detach(o, c, false, e);
	int released = network_release(o, c, r < 0 ? NULL : e);

	return r < 0 ? r : released;
}

char *network_namespace(const struct orch *o, const struct container *c)
{
	if (c->network == CONTAINER_NETWORK_PATH)
		return xstrdup(c->netns ?: "");
	return kind_of(c)->pinned ? orch_netns_path(o, c->ns, c->name) : NULL;
}
