/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/boot.h"

#include "core/log.h"
#include "core/proc.h"
#include "core/strv.h"
#include "monitor/monitor.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/netns.h"
#include "net/nl.h"
#include "orch/create.h"
#include "orch/lifecycle.h"
#include "orch/network.h"
#include "orch/operation.h"
#include "orch/orchestrator.h"
#include "orch/request.h"
#include "orch/rootfs.h"
#include "orch/store.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

/* Who was killed at it just now has its lock for a moment more. */
#define LOCK_TIMEOUT_MS 2000

const struct name boot_outcome_names[] = {
	{ "running", BOOT_RUNS },    { "taken over", BOOT_ADOPTED },
	{ "started", BOOT_STARTED }, { "down", BOOT_DOWN },
	{ "stopped", BOOT_STOPPED }, { "removed", BOOT_REMOVED },
	{ "busy", BOOT_BUSY },	     { "waiting", BOOT_WAITS },
	{ "failed", BOOT_FAILED },   { NULL, 0 },
};

struct candidate {
	char *ns, *name;
	bool waits;
};

struct boot {
	const struct orch *o;
	boot_fn *tell;
	void *data;
	struct candidate *all;
	size_t n;
	int failed;
};

static void boot_done(struct boot *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->all[i].ns);
		free(b->all[i].name);
	}
	free(b->all);
}

/* What a vNIC's parent lacks; heap; NULL: nothing. The host's network configuration makes an
 * interface, addresses it and sets it up one after another, so that it is there is not enough. */
static char *parent_lacks(struct nl *host, const struct vnic *v)
{
	bool needs_subnet = v->network_mode == VNIC_STATIC && !v->parent_subnet;
	autofree struct addr *addresses = NULL;
	struct link parent;
	size_t n = 0;

	if (link_find(host, v->parent_interface, &parent, NULL) <= 0)
		return xstrdup(v->parent_interface);
	if (!(parent.flags & IFF_UP))
		return xasprintf("%s, which is down", v->parent_interface);
	if (needs_subnet && addr_list(host, parent.index, AF_INET, &addresses, &n, NULL) == 0 &&
	    n == 0)
		return xasprintf("%s, which has no address", v->parent_interface);
	return NULL;
}

/* What it needs of the host's interfaces and does not find: heap; NULL when all is there. What else
 * is wrong with it, its start tells. */
static char *lacks(const struct orch *o, const struct container *c)
{
	struct vnics vnics = { 0 };
	autonl *host = NULL;
	char *what = NULL;

	if (c->network == CONTAINER_NETWORK_PATH && c->netns) {
		autofd int netns = netns_open_path(c->netns, NULL);

		return netns < 0 ? xstrdup(c->netns) : NULL;
	}
	if (c->network == CONTAINER_NETWORK_BRIDGE && c->bridge && !if_nametoindex(c->bridge))
		return xstrdup(c->bridge);
	if (c->network != CONTAINER_NETWORK_VNICS ||
	    request_vnics(o, c->ns, c->name, &vnics, NULL) < 0)
		return NULL;
	if (nl_open(&host, NULL) == 0)
		for (size_t i = 0; i < vnics.n && !what; i++)
			what = parent_lacks(host, &vnics.v[i]);
	vnics_done(&vnics);
	return what;
}

/* Fills *e with what it waits for. */
static int start(const struct orch *o, struct container *c, struct err *e)
{
	autofree char *lacking = lacks(o, c);
	int r;

	if (lacking) {
		err_msg(e, ENODEV, "%s", lacking);
		return BOOT_WAITS;
	}
	r = lifecycle_start(o, c, e);
	return r < 0 ? r : BOOT_STARTED;
}

/* A change of its network may have been interrupted. While a parent is absent nothing is mended:
 * when it is back, serve attaches what was on it. */
static int mend(const struct orch *o, struct container *c, enum boot_outcome outcome, struct err *e)
{
	autofree char *lacking = lacks(o, c);
	int r = lacking ? 0 : lifecycle_mend(o, c, e);

	return r < 0 ? r : (int)outcome;
}

/* What stays down needs no network: a stop may have been interrupted behind its monitor. */
static int leave(const struct orch *o, struct container *c, const char *dir, struct err *e)
{
	automonitorstatus status = { 0 };
	int r = monitor_status(dir, &status, e);

	if (r != 0)
		return r < 0 ? r : mend(o, c, BOOT_RUNS, e);
	if (status.state == MONITOR_STOPPED) {
		r = network_down(o, c, e);
		if (r == 0)
			r = rootfs_unmount(dir, e);
	}
	return r < 0 ? r : BOOT_DOWN;
}

static int follow_plan(const struct orch *o, struct container *c, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	int r = monitor_plan(dir, e);

	switch (r) {
	case MONITOR_ADOPT:
		r = monitor_start(o->monitor, dir, e);
		return r < 0 ? r : mend(o, c, BOOT_ADOPTED, e);
	case MONITOR_START:
		return start(o, c, e);
	case MONITOR_STOP:
		r = lifecycle_stop(o, c, e);
		return r < 0 ? r : BOOT_STOPPED;
	case MONITOR_LEAVE:
		return leave(o, c, dir, e);
	default:
		return r;
	}
}

/* Returns an outcome or -errno. */
static int boot_one(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	autofd int lock = store_lock(o, ns, name, LOCK_TIMEOUT_MS, e);
	int r;

	if (lock < 0)
		return lock == -ETIMEDOUT ? BOOT_BUSY : lock;
	r = create_reconcile(o, ns, name, e);
	if (r <= 0)
		return r < 0 ? r : BOOT_REMOVED;
	r = store_sweep_container(o, ns, name, e);
	if (r == 0)
		r = container_load(o, ns, name, &c, e);
	if (r <= 0)
		return r < 0 ? r : BOOT_REMOVED;
	return follow_plan(o, &c, e);
}

static void try_one(struct boot *b, struct candidate *c)
{
	struct err e = { 0 };
	int r = boot_one(b->o, c->ns, c->name, &e);
	enum boot_outcome outcome = r < 0 ? BOOT_FAILED : (enum boot_outcome)r;
	bool says = outcome == BOOT_FAILED || outcome == BOOT_WAITS;

	if (outcome == BOOT_FAILED)
		b->failed++;
	/* One that goes on waiting was told of. */
	if (outcome != BOOT_WAITS || !c->waits)
		b->tell(b->data, c->ns, c->name, outcome, says ? e.text : NULL);
	c->waits = outcome == BOOT_WAITS;
}

static int add_namespace(struct boot *b, const char *ns, struct err *e)
{
	autostrv char **names = NULL;
	int r = container_names(b->o, ns, &names, e);

	for (size_t i = 0; r >= 0 && names[i]; i++) {
		b->all = xrealloc(b->all, b->n + 1, sizeof(*b->all));
		b->all[b->n++] = (struct candidate){ xstrdup(ns), xstrdup(names[i]), false };
	}
	return r;
}

static int find_all(struct boot *b, struct err *e)
{
	autostrv char **namespaces = NULL;
	int r = container_namespaces(b->o, &namespaces, e);

	for (size_t i = 0; r >= 0 && namespaces[i]; i++)
		r = add_namespace(b, namespaces[i], e);
	return r;
}

/* A create or delete whose directory is gone, or never came: its record tells how it ended. */
static int settle(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	autofd int lock = -1;

	if (container_exists(o, ns, name, NULL) != 0)
		return 0;
	lock = store_lock(o, ns, name, LOCK_TIMEOUT_MS, e);
	if (lock < 0)
		return lock == -ETIMEDOUT ? 0 : lock;
	return container_exists(o, ns, name, NULL) == 0 ? create_reconcile(o, ns, name, e) : 0;
}

static void settle_namespace(const struct orch *o, const char *ns)
{
	autostrv char **names = NULL;
	struct err e = { 0 };

	if (operation_names(o, ns, &names, &e) < 0)
		log_error("%s", e.text);
	for (size_t i = 0; names && names[i]; i++)
		if (!str_eq(names[i], ORCHESTRATOR_DEVICE) && settle(o, ns, names[i], &e) < 0)
			log_error("%s", e.text);
}

/* A record that is damaged keeps no container from its start. */
static void settle_all(const struct orch *o)
{
	autostrv char **namespaces = NULL;
	struct err e = { 0 };

	if (operation_namespaces(o, &namespaces, &e) < 0)
		log_error("%s", e.text);
	for (size_t i = 0; namespaces && namespaces[i]; i++)
		settle_namespace(o, namespaces[i]);
}

static int count_waiting(const struct boot *b)
{
	int n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += b->all[i].waits;
	return n;
}

/* Something changed among the interfaces: what it was does not matter. */
static int wait_for_change(struct nl *nl, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = nl_fd(nl), .events = POLLIN };
	int64_t left = deadline - monotonic_ms();
	char bytes[8192];
	int r;

	r = poll(&p, 1, (int)MIN(MAX(left, 0), INT32_MAX));
	if (r < 0 && errno != EINTR)
		return err_set(e, errno, "wait for interfaces");
	while (recv(p.fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		continue;
	return r != 0;
}

int boot_all(const struct orch *o, int wait_ms, boot_fn *tell, void *data, struct err *e)
{
	_cleanup_(boot_done) struct boot b = { .o = o, .tell = tell, .data = data };
	int64_t deadline = monotonic_ms() + wait_ms;
	struct err sweeping = { 0 };
	autonl *nl = NULL;
	int r;

	/* What is left over keeps nobody from starting. */
	if (store_sweep(o, &sweeping) < 0)
		log_error("%s", sweeping.text);
	r = nl_open(&nl, e);
	if (r >= 0)
		r = nl_listen(nl, RTNLGRP_LINK, e);
	if (r >= 0)
		r = nl_listen(nl, RTNLGRP_IPV4_IFADDR, e);
	if (r >= 0)
		r = find_all(&b, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < b.n; i++)
		try_one(&b, &b.all[i]);
	settle_all(o);
	while (count_waiting(&b) > 0 && (r = wait_for_change(nl, deadline, e)) > 0)
		for (size_t i = 0; i < b.n; i++)
			if (b.all[i].waits)
				try_one(&b, &b.all[i]);
	return r < 0 ? r : b.failed + count_waiting(&b);
}
