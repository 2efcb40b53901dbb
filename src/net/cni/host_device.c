/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"
#include "net/cni/type.h"
#include "net/ifname.h"
#include "net/netns.h"

#include <errno.h>
#include <stdio.h>

/* The device remembers what it was on the host in its alias, which goes where it goes. */
#define ALIAS_PREFIX "cni-host-device:"

static int check_conf(struct cni *c, struct err *e)
{
	const struct cni_conf *f = &c->conf;

	if (f->kernel_path || f->pci || (f->runtime && f->runtime->device))
		return cni_fail(c, CNI_ERROR_UNSUPPORTED, e,
				"host-device: kernelpath, pciBusID and deviceID are not supported; "
				"device and hwaddr are");
	if (!f->device == !f->hwaddr)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "host-device: one of device and hwaddr");
	return f->device ? ifname_check(f->device, "device", e) : 0;
}

static int find_by_mac(struct cni *c, struct link *out, struct err *e)
{
	autofree struct link *list = NULL;
	struct mac mac;
	size_t n;
	int r = mac_parse(c->conf.hwaddr, "hwaddr", &mac, e);

	if (r == 0)
		r = link_list(c->host, &list, &n, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (!list[i].has_mac || !mac_equal(&list[i].mac, &mac) || list[i].master)
			continue;
		*out = list[i];
		return 0;
	}
	return err_msg(e, ENODEV, "no device on the host has the address %s", c->conf.hwaddr);
}

/* ---- what it was on the host ---- */

struct was {
	char name[IFNAMSIZ];
	struct mac mac;
	bool has_mac;
	const char *alias;
};

/* "cni-host-device:NAME[ MAC[ ALIAS]]". Returns 1, or 0 when that is not what the alias says. */
static int read_note(const struct link *l, struct was *out)
{
	autostrv char **parts = NULL;
	const char *p = l->alias + strlen(ALIAS_PREFIX);
	struct was w = { .alias = "" };

	if (!str_starts(l->alias, ALIAS_PREFIX))
		return 0;
	parts = strv_split(p, ' ');
	if (strv_len(parts) == 0 || ifname_check(parts[0], "alias", NULL) < 0)
		return 0;
	(void)snprintf(w.name, sizeof(w.name), "%s", parts[0]);
	if (strv_len(parts) > 1)
		w.has_mac = mac_parse_host(parts[1], "alias", &w.mac, NULL) == 0;
	if (strv_len(parts) > 2)
		w.alias = p + strlen(parts[0]) + strlen(parts[1]) + 2;
	*out = w;
	return 1;
}

/* One that an ADD which was killed has noted already is still what it was before that. */
static struct was look(const struct link *dev)
{
	struct was w;

	if (read_note(dev, &w))
		return w;
	w = (struct was){ .mac = dev->mac, .has_mac = dev->has_mac, .alias = dev->alias };
	memcpy(w.name, dev->name, sizeof(w.name));
	return w;
}

static int note(struct cni *c, const struct link *dev, const struct was *w, struct err *e)
{
	char mac[MAC_TEXT_MAX];
	autofree char *text = xasprintf(ALIAS_PREFIX "%s %s%s%s", w->name,
					w->has_mac ? mac_format(&w->mac, mac) : "-",
					*w->alias ? " " : "", w->alias);

	if (strlen(text) >= LINK_ALIAS_MAX)
		return err_msg(e, ENAMETOOLONG, "device %s: its alias is too long to be kept",
			       dev->name);
	return link_set_alias(c->host, dev->index, text, e);
}

static int restore_mac(struct nl *nl, const struct link *dev, const struct was *w, struct err *e)
{
	if (!w->has_mac || !dev->has_mac || mac_equal(&w->mac, &dev->mac))
		return 0;
	return link_set_mac(nl, dev->index, &w->mac, e);
}

/* ---- there and back ---- */

static int move_in(struct cni *c, const struct link *dev, const struct was *w, struct err *e)
{
	struct mac mac;
	struct link now;
	int r = cni_mac(c, &mac, e), asked = r;

	if (r >= 0)
		r = note(c, dev, w, e);
	if (r == 0 && asked > 0)
		r = link_set_mac(c->host, dev->index, &mac, e);
	if (r == 0)
		r = link_move(c->host, dev->index, c->netns, c->call.ifname, e);
	if (r == 0 || link_get_index(c->host, dev->index, &now, NULL) < 0)
		return r;
	(void)restore_mac(c->host, &now, w, NULL);
	(void)link_set_alias(c->host, dev->index, w->alias, NULL);
	return r;
}

static int make(struct cni *c, struct err *e)
{
	struct link dev, there;
	struct was w;
	int r = c->conf.device ? link_get(c->host, c->conf.device, &dev, e) :
				 find_by_mac(c, &dev, e);

	if (r < 0)
		return r;
	if (dev.flags & IFF_LOOPBACK)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "device %s is the loopback", dev.name);
	w = look(&dev);
	r = move_in(c, &dev, &w, e);
	if (r < 0)
		return err_wrap(e, "device %s: ", dev.name);
	r = link_get(c->inside, c->call.ifname, &there, e);
	return r < 0 ? r : link_set_up(c->inside, there.index, true, e);
}

/* The alias is where the container can write it: what the configuration says counts more. */
static void trust_conf(const struct cni_conf *f, struct was *w)
{
	if (f->device)
		(void)snprintf(w->name, sizeof(w->name), "%s", f->device);
	if (f->hwaddr)
		w->has_mac = mac_parse(f->hwaddr, "hwaddr", &w->mac, NULL) == 0;
}

/* Gives it back as it was. With its namespace gone the kernel has done so. */
static int clean(struct cni *c, struct err *e)
{
	autofd int own = -1;
	struct link dev;
	struct was w;
	int r;

	if (!c->inside)
		return 0;
	r = link_find(c->inside, c->call.ifname, &dev, e);
	if (r <= 0 || !read_note(&dev, &w))
		return r;
	trust_conf(&c->conf, &w);
	own = netns_open_self(e);
	if (own < 0)
		return own;
	r = link_set_up(c->inside, dev.index, false, e);
	if (r == 0)
		r = restore_mac(c->inside, &dev, &w, e);
	if (r == 0)
		r = link_move(c->inside, dev.index, own, w.name, e);
	if (r < 0)
		return err_wrap(e, "give device %s back: ", w.name);
	r = link_get(c->host, w.name, &dev, e);
	return r < 0 ? r : link_set_alias(c->host, dev.index, w.alias, e);
}

const struct cni_type cni_host_device = {
	.name = "host-device",
	.has_ipam = true,
	.check_conf = check_conf,
	.make = make,
	.clean = clean,
};
