/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/conf.h"

#include "core/strv.h"

#include <ctype.h>
#include <errno.h>

#define NAME_LEN_MAX 255
#define PORT_MAX 65535

/* clang-format off */
static const struct field dns_fields[] = {
	F_STRV("nameservers", struct cni_dns, nameservers, 0),
	F_STRING("domain", struct cni_dns, domain, 0),
	F_STRV("search", struct cni_dns, search, 0),
	F_STRV("options", struct cni_dns, options, 0),
};
const struct record cni_dns_record = RECORD(struct cni_dns, "SPEC.md#dns", dns_fields);

static const struct field route_fields[] = {
	F_STRING("dst", struct cni_route, dst, FIELD_REQUIRED),
	F_STRING("gw", struct cni_route, gw, 0),
	F_INT("mtu", struct cni_route, mtu, 0, UINT32_MAX, 0),
	F_INT("advmss", struct cni_route, advmss, 0, UINT32_MAX, 0),
	F_INT("priority", struct cni_route, priority, 0, UINT32_MAX, 0),
	F_OPT_INT("table", struct cni_route, table, 0, UINT32_MAX, 0),
	F_OPT_INT("scope", struct cni_route, scope, 0, 255, 0),
};
const struct record cni_route_record = RECORD(struct cni_route, "SPEC.md#add-success", route_fields);

static const struct field range_fields[] = {
	F_STRING("subnet", struct cni_range, subnet, FIELD_REQUIRED),
	F_STRING("rangeStart", struct cni_range, range_start, 0),
	F_STRING("rangeEnd", struct cni_range, range_end, 0),
	F_STRING("gateway", struct cni_range, gateway, 0),
};
const struct record cni_range_record = RECORD(struct cni_range, "host-local", range_fields);

static const struct field static_fields[] = {
	F_STRING("address", struct cni_static, address, FIELD_REQUIRED),
	F_STRING("gateway", struct cni_static, gateway, 0),
};
static const struct record static_record = RECORD(struct cni_static, "static", static_fields);

static const struct field ipam_fields[] = {
	F_STRING("type", struct cni_ipam, type, 0),
	F_STRING("subnet", struct cni_ipam, subnet, 0),
	F_STRING("rangeStart", struct cni_ipam, range_start, 0),
	F_STRING("rangeEnd", struct cni_ipam, range_end, 0),
	F_STRING("gateway", struct cni_ipam, gateway, 0),
	F_STRING("dataDir", struct cni_ipam, data_dir, 0),
	F_STRING("resolvConf", struct cni_ipam, resolv_conf, 0),
	F_LIST("routes", struct cni_ipam, routes, n_routes, &cni_route_record, 0),
	F_LIST("addresses", struct cni_ipam, addresses, n_addresses, &static_record, 0),
	F_RECORD("dns", struct cni_ipam, dns, &cni_dns_record, 0),
};
static const struct record ipam_record = RECORD(struct cni_ipam, "ipam", ipam_fields);

static const struct field port_fields[] = {
	F_INT("hostPort", struct cni_port, host_port, 0, PORT_MAX, 0),
	F_INT("containerPort", struct cni_port, container_port, 1, PORT_MAX, FIELD_REQUIRED),
	F_STRING("protocol", struct cni_port, protocol, 0),
	F_STRING("hostIP", struct cni_port, host_ip, 0),
};
static const struct record port_record = RECORD(struct cni_port, "CONVENTIONS.md", port_fields);

static const struct field bandwidth_fields[] = {
	F_UINT("ingressRate", struct cni_bandwidth, ingress_rate, UINT64_MAX, 0),
	F_UINT("ingressBurst", struct cni_bandwidth, ingress_burst, UINT64_MAX, 0),
	F_UINT("egressRate", struct cni_bandwidth, egress_rate, UINT64_MAX, 0),
	F_UINT("egressBurst", struct cni_bandwidth, egress_burst, UINT64_MAX, 0),
};
static const struct record bandwidth_record =
	RECORD(struct cni_bandwidth, "CONVENTIONS.md", bandwidth_fields);

static const struct field runtime_fields[] = {
	F_LIST("portMappings", struct cni_runtime, ports, n_ports, &port_record, 0),
	F_RECORD("bandwidth", struct cni_runtime, bandwidth, &bandwidth_record, 0),
	F_STRING("mac", struct cni_runtime, mac, 0),
	F_STRV("ips", struct cni_runtime, ips, 0),
	F_RECORD("dns", struct cni_runtime, dns, &cni_dns_record, 0),
	F_STRING("deviceID", struct cni_runtime, device, 0),
};
static const struct record runtime_record =
	RECORD(struct cni_runtime, "CONVENTIONS.md", runtime_fields);

static const struct field args_cni_fields[] = {
	F_STRING("mac", struct cni_args_cni, mac, 0),
	F_STRV("ips", struct cni_args_cni, ips, 0),
};
static const struct record args_cni_record =
	RECORD(struct cni_args_cni, "CONVENTIONS.md", args_cni_fields);
static const struct field args_fields[] = {
	F_RECORD("cni", struct cni_args_conf, cni, &args_cni_record, 0),
};
static const struct record args_record = RECORD(struct cni_args_conf, "CONVENTIONS.md", args_fields);

static const struct field vlan_range_fields[] = {
	F_INT("minID", struct cni_vlan_range, min, 0, 4094, 0),
	F_INT("maxID", struct cni_vlan_range, max, 0, 4094, 0),
	F_INT("id", struct cni_vlan_range, id, 0, 4094, 0),
};
static const struct record vlan_range_record =
	RECORD(struct cni_vlan_range, "bridge", vlan_range_fields);

static const struct field attachment_fields[] = {
	F_STRING("containerID", struct cni_attachment, container, FIELD_REQUIRED),
	F_STRING("ifname", struct cni_attachment, ifname, FIELD_REQUIRED),
};
static const struct record attachment_record =
	RECORD(struct cni_attachment, "SPEC.md#gc", attachment_fields);

static const struct name modes[] = {
	{ "bridge", CNI_MODE_BRIDGE }, { "private", CNI_MODE_PRIVATE }, { "vepa", CNI_MODE_VEPA },
	{ "passthru", CNI_MODE_PASSTHRU }, { NULL, 0 },
};

static const struct field conf_fields[] = {
	F_STRING("cniVersion", struct cni_conf, version, 0),
	F_STRING("name", struct cni_conf, name, 0),
	F_STRING("type", struct cni_conf, type, 0),
	F_RECORD("ipam", struct cni_conf, ipam, &ipam_record, 0),
	F_RECORD("dns", struct cni_conf, dns, &cni_dns_record, 0),
	F_RECORD("runtimeConfig", struct cni_conf, runtime, &runtime_record, 0),
	F_RECORD("args", struct cni_conf, args, &args_record, 0),
	F_LIST(CNI_ATTACHMENTS, struct cni_conf, attachments, n_attachments,
	       &attachment_record, 0),
	F_STRING("mac", struct cni_conf, mac, 0),
	F_INT("mtu", struct cni_conf, mtu, 0, 65535, 0),
	F_STRING("master", struct cni_conf, master, 0),
	F_ENUM("mode", struct cni_conf, mode, modes, 0),
	F_BOOL("linkInContainer", struct cni_conf, link_in_container, 0),
	F_STRING("bridge", struct cni_conf, bridge, 0),
	F_STRING("socket_file", struct cni_conf, ovs_socket, 0),
	F_BOOL("isGateway", struct cni_conf, is_gateway, 0),
	F_BOOL("isDefaultGateway", struct cni_conf, is_default_gateway, 0),
	F_BOOL("forceAddress", struct cni_conf, force_address, 0),
	F_BOOL("ipMasq", struct cni_conf, ip_masq, 0),
	F_BOOL("hairpinMode", struct cni_conf, hairpin, 0),
	F_BOOL("promiscMode", struct cni_conf, promisc, 0),
	F_BOOL("portIsolation", struct cni_conf, isolated, 0),
	F_BOOL("macspoofchk", struct cni_conf, mac_spoof_check, 0),
	F_BOOL("disableContainerInterface", struct cni_conf, disable_container_interface, 0),
	F_OPT_BOOL("preserveDefaultVlan", struct cni_conf, preserve_default_vlan, 0),
	F_INT("vlan", struct cni_conf, vlan, 0, 4094, 0),
	F_LIST("vlanTrunk", struct cni_conf, trunk, n_trunk, &vlan_range_record, 0),
	F_STRING("device", struct cni_conf, device, 0),
	F_STRING("hwaddr", struct cni_conf, hwaddr, 0),
	F_STRING("kernelpath", struct cni_conf, kernel_path, 0),
	F_STRING("pciBusID", struct cni_conf, pci, 0),
	F_UINT("ingressRate", struct cni_conf, bandwidth.ingress_rate, UINT64_MAX, 0),
	F_UINT("ingressBurst", struct cni_conf, bandwidth.ingress_burst, UINT64_MAX, 0),
	F_UINT("egressRate", struct cni_conf, bandwidth.egress_rate, UINT64_MAX, 0),
	F_UINT("egressBurst", struct cni_conf, bandwidth.egress_burst, UINT64_MAX, 0),
};
static const struct record conf_record = RECORD(struct cni_conf, "SPEC.md#section-1", conf_fields);
/* clang-format on */

int cni_name_check(const char *name, const char *what, struct err *e)
{
	size_t n = name ? strlen(name) : 0;

	if (n == 0)
		return err_msg(e, EINVAL, "%s is missing", what);
	if (n > NAME_LEN_MAX)
		return err_msg(e, EINVAL, "%s has more than %d characters", what, NAME_LEN_MAX);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		if (!isascii(c) || !(isalnum(c) || (i > 0 && strchr("_.-", c))))
			return err_msg(e, EINVAL, "%s \"%s\" has a character that it may not have",
				       what, name);
	}
	return 0;
}

static int check(const struct cni_conf *c, struct err *e)
{
	int r = cni_name_check(c->name, "name", e);

	if (r == 0)
		r = cni_name_check(c->type, "type", e);
	return r;
}

/* NULL when there is none, or null. */
static const struct json *member(const struct json *j, const char *name)
{
	const struct json *m = j ? json_get(j, name) : NULL;

	return m && m->type != JSON_NULL ? m : NULL;
}

int cni_conf_parse(const char *text, size_t len, struct cni_conf *out, struct err *e)
{
	autojson *doc = NULL;
	struct cni_conf c = { 0 };
	const struct json *root;
	int r;

	if (json_parse(text, len, &doc, e) < 0 ||
	    record_decode(&conf_record, json_root(doc), &c, e) < 0) {
		(void)err_wrap(e, "network configuration: ");
		return -EBADMSG;
	}
	r = check(&c, e);
	if (r < 0) {
		record_done(&conf_record, &c);
		return err_wrap(e, "network configuration: ");
	}
	root = json_root(doc);
	c.prev_result = member(root, "prevResult");
	c.ranges = member(member(root, "ipam"), "ranges");
	c.runtime_ranges = member(member(root, "runtimeConfig"), "ipRanges");
	c.doc = TAKE(doc);
	*out = c;
	return 0;
}

void cni_conf_done(struct cni_conf *c)
{
	json_free(c->doc);
	record_done(&conf_record, c);
}

const char *cni_conf_type(const struct cni_conf *c)
{
	return str_starts(c->type, "netctl-") ? c->type + strlen("netctl-") : c->type;
}
