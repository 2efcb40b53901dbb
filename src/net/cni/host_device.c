/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/type.h"
#include "net/ifname.h"
#include "net/netns.h"

#include <errno.h>
#include <stdio.h>

/* The device remembers its name on the host in its alias, which goes where it goes. */
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

static int make(struct cni *c, struct err *e)
{
	char alias[LINK_ALIAS_MAX];
	struct link dev, there;
	struct mac mac;
	int r = c->conf.device ? link_get(c->host, c->conf.device, &dev, e) :
				 find_by_mac(c, &dev, e);

	if (r < 0)
		return r;
	if (dev.flags & IFF_LOOPBACK)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "device %s is the loopback", dev.name);
	(void)snprintf(alias, sizeof(alias), ALIAS_PREFIX "%s", dev.name);
	r = cni_mac(c, &mac, e);
	if (r < 0)
		return r;
	if (r > 0 && link_set_mac(c->host, dev.index, &mac, e) < 0)
		return err_wrap(e, "device %s: ", dev.name);
	r = link_set_alias(c->host, dev.index, alias, e);
	if (r == 0)
		r = link_move(c->host, dev.index, c->netns, c->call.ifname, e);
	if (r < 0) {
		(void)link_set_alias(c->host, dev.index, dev.alias, NULL);
		return r;
	}
	r = link_get(c->inside, c->call.ifname, &there, e);
	return r < 0 ? r : link_set_up(c->inside, there.index, true, e);
}

/* Gives it back, under the name that it had. With its namespace gone the kernel has done so. */
static int clean(struct cni *c, struct err *e)
{
	autofd int own = -1;
	struct link dev;
	const char *name;
	int r;

	if (!c->inside)
		return 0;
	r = link_find(c->inside, c->call.ifname, &dev, e);
	if (r <= 0 || !str_starts(dev.alias, ALIAS_PREFIX))
		return r;
	name = dev.alias + strlen(ALIAS_PREFIX);
	own = netns_open_self(e);
	if (own < 0)
		return own;
	r = link_set_up(c->inside, dev.index, false, e);
	if (r == 0)
		r = link_move(c->inside, dev.index, own, name, e);
	if (r < 0)
		return err_wrap(e, "give device %s back: ", name);
	r = link_get(c->host, name, &dev, e);
	return r < 0 ? r : link_set_alias(c->host, dev.index, "", e);
}

const struct cni_type cni_host_device = {
	.name = "host-device",
	.has_ipam = true,
	.check_conf = check_conf,
	.make = make,
	.clean = clean,
};
