/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/cni.h"

#include "core/strv.h"
#include "net/ifname.h"
#include "net/netns.h"

#include <errno.h>
#include <stdio.h>

#define KEY_NETWORK_MAX 40
#define KEY_CONTAINER_MAX 80
/* What is longer than PORTMAP_OWNER_MAX is stored cut, behind the network as a whole. */
#define OWNER_NETWORK_MAX 100

void cni_done(struct cni *c)
{
	nl_close(c->host);
	nl_close(c->inside);
	fd_close_p(&c->netns);
	cni_result_done(&c->result);
	cni_conf_done(&c->conf);
	cni_call_done(&c->call);
	free(c->owner);
	c->owner = NULL;
}

int cni_fail(struct cni *c, enum cni_code code, struct err *e, const char *fmt, ...)
{
	autostr text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	c->code = code;
	return err_msg(e, EINVAL, "%s", text.p ? text.p : "");
}

/* ---- namespaces ---- */

static int open_inside(struct cni *c, struct err *e)
{
	autofd int own = -1;
	int fd;

	c->code = CNI_ERROR_NETNS;
	fd = netns_open_path(c->call.netns, e);
	if (fd < 0 && c->call.command == CNI_DEL)
		return 0;
	if (fd < 0)
		return fd;
	c->netns = fd;
	own = netns_open_self(e);
	if (own < 0)
		return own;
	if (netns_same(own, c->netns))
		return cni_fail(c, CNI_ERROR_NETNS, e,
				"CNI_NETNS %s is the plugin's own network namespace",
				c->call.netns);
	return nl_open_in(c->netns, &c->inside, e);
}

int cni_open(struct cni *c, struct err *e)
{
	int r = 0;

	if (c->call.netns)
		r = open_inside(c, e);
	if (r < 0)
		return r;
	c->code = CNI_ERROR_PLUGIN;
	return nl_open(&c->host, e);
}

/* ---- what is asked for ---- */

int cni_mac(const struct cni *c, struct mac *out, struct err *e)
{
	const struct cni_conf *f = &c->conf;
	const char *text = f->mac;

	if (f->args && f->args->cni && f->args->cni->mac && *f->args->cni->mac)
		text = f->args->cni->mac;
	if (c->call.mac && *c->call.mac)
		text = c->call.mac;
	if (f->runtime && f->runtime->mac && *f->runtime->mac)
		text = f->runtime->mac;
	if (!text || !*text)
		return 0;
	return mac_parse_host(text, "mac", out, e) < 0 ? -EINVAL : 1;
}

int cni_vlans_check(struct cni *c, struct err *e)
{
	const struct cni_conf *f = &c->conf;

	if (f->vlan && f->n_trunk)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "%s: vlan and vlanTrunk exclude each other",
				f->type);
	for (size_t i = 0; i < f->n_trunk; i++)
		if (!f->trunk[i].id && (!f->trunk[i].min || f->trunk[i].min > f->trunk[i].max))
			return cni_fail(c, CNI_ERROR_CONFIG, e,
					"vlanTrunk[%zu]: id, or minID and a maxID that is not less",
					i);
	return 0;
}

/* ---- names ---- */

/* FNV-1a: tells apart, is no secret. */
static uint64_t checksum(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return (h ^ 0xff) * 0x100000001b3; /* an end that no text has */
}

static const char *device_name(const struct cni *c, const char *prefix, char *out)
{
	uint64_t h = checksum(0xcbf29ce484222325, c->conf.name);

	h = checksum(h, c->call.container);
	h = checksum(h, c->call.ifname);
	(void)snprintf(out, IFNAMSIZ, "%s%011llx", prefix, (unsigned long long)(h >> 20));
	return out;
}

const char *cni_host_name(const struct cni *c, char *out)
{
	return device_name(c, "veth", out);
}

const char *cni_ifb_name(const struct cni *c, char *out)
{
	return device_name(c, "ifb", out);
}

/* Itself, or a checksum when it is too long. */
static char *limited(const char *name, size_t max)
{
	if (strlen(name) <= max)
		return xstrdup(name);
	return xasprintf("%016llx", (unsigned long long)checksum(0xcbf29ce484222325, name));
}

char *cni_key_prefix(const char *network)
{
	autofree char *net = limited(network, KEY_NETWORK_MAX);

	return xasprintf("cni+%s+", net);
}

char *cni_key(const char *network, const char *container)
{
	autofree char *prefix = cni_key_prefix(network);
	autofree char *id = limited(container, KEY_CONTAINER_MAX);

	return xasprintf("%s%s", prefix, id);
}

char *cni_owner_prefix(const char *network)
{
	autofree char *net = limited(network, OWNER_NETWORK_MAX);

	return xasprintf("cni:%s:", net);
}

char *cni_owner(const char *network, const char *container, const char *ifname)
{
	autofree char *prefix = cni_owner_prefix(network);

	return xasprintf("%s%s:%s", prefix, container ? container : "", ifname ? ifname : "");
}
