/* SPDX-License-Identifier: Apache-2.0 */
#include "net/bridge.h"

#include <linux/if_bridge.h>
#include <sys/socket.h>

static void begin(struct nl_request *r, uint16_t type, unsigned char family, int index)
{
	struct ifinfomsg body = { .ifi_family = family, .ifi_index = index };

	nl_begin(r, type, 0, &body, sizeof(body));
}

int bridge_port_set(struct nl *nl, int index, const struct bridge_port *p, struct err *e)
{
	struct nl_request r;
	struct nlattr *nest;

	begin(&r, RTM_SETLINK, AF_BRIDGE, index);
	nest = nl_nest(&r, IFLA_PROTINFO);
	nl_put_u8(&r, IFLA_BRPORT_MODE, p->hairpin);
	nl_put_u8(&r, IFLA_BRPORT_ISOLATED, p->isolated);
	nl_nest_end(&r, nest);
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "hairpin and isolation of a bridge's port: ");
	return 0;
}

static void put_vlan(struct nl_request *r, uint16_t vid, uint16_t flags)
{
	struct bridge_vlan_info info = { .flags = flags, .vid = vid };

	nl_put(r, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
}

static int change_vlans(struct nl *nl, uint16_t type, int index, uint16_t first, uint16_t last,
			uint16_t flags, bool self, struct err *e)
{
	struct nl_request r;
	struct nlattr *nest;

	begin(&r, type, AF_BRIDGE, index);
	nest = nl_nest(&r, IFLA_AF_SPEC);
	if (self)
		nl_put_u16(&r, IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
	if (first == last) {
		put_vlan(&r, first, flags);
	} else {
		put_vlan(&r, first, flags | BRIDGE_VLAN_INFO_RANGE_BEGIN);
		put_vlan(&r, last, flags | BRIDGE_VLAN_INFO_RANGE_END);
	}
	nl_nest_end(&r, nest);
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "VLAN %u of a bridge: ", first);
	return 0;
}

int bridge_vlan_add(struct nl *nl, int index, uint16_t first, uint16_t last, bool pvid, bool self,
		    struct err *e)
{
	uint16_t flags = pvid ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0;

	return change_vlans(nl, RTM_SETLINK, index, first, last, flags, self, e);
}

int bridge_vlan_del(struct nl *nl, int index, uint16_t first, uint16_t last, bool self,
		    struct err *e)
{
	return change_vlans(nl, RTM_DELLINK, index, first, last, 0, self, e);
}

int bridge_set_vlan_filtering(struct nl *nl, int index, bool on, struct err *e)
{
	struct nl_request r;
	struct nlattr *info, *data;

	begin(&r, RTM_NEWLINK, AF_UNSPEC, index);
	info = nl_nest(&r, IFLA_LINKINFO);
	nl_put_text(&r, IFLA_INFO_KIND, "bridge");
	data = nl_nest(&r, IFLA_INFO_DATA);
	nl_put_u8(&r, IFLA_BR_VLAN_FILTERING, on);
	nl_nest_end(&r, data);
	nl_nest_end(&r, info);
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "VLAN filtering: ");
	return 0;
}

int bridge_set_promisc(struct nl *nl, int index, bool on, struct err *e)
{
	struct ifinfomsg body = { .ifi_index = index,
				  .ifi_flags = on ? IFF_PROMISC : 0,
				  .ifi_change = IFF_PROMISC };
	struct nl_request r;

	nl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "promiscuous mode: ");
	return 0;
}
