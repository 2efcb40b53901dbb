# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests of netctl as a CNI plugin: a directory of plugins, and calls as libcni makes them, in HOST.

THEIRS=/usr/lib/cni	# the CNI project's plugins, as Debian installs them
OUR_TYPES="bandwidth bridge dhcp host-device host-local loopback macvlan ovs portmap ptp static"

cni_setup()
{
	local type

	PLUGINS=$WORK/plugins LEASES=$WORK/leases
	mkdir "$PLUGINS"
	for type in $OUR_TYPES; do
		ln -s "$NETCTL_BIN" "$PLUGINS/$type"
	done
	export CNI_PATH=$PLUGINS NETCTL_STATE_DIR=$STATE CNI_ARGS=
}

needs_theirs() { [[ -x $THEIRS/$1 ]] || skip "containernetworking-plugins is not installed"; }

# cni COMMAND NAMESPACE PLUGIN < CONFIGURATION: the container's id is the namespace's name
cni()
{
	local plugin=$3

	[[ $plugin == */* ]] || plugin=$PLUGINS/$plugin
	CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_IFNAME=${IFNAME:-eth0} CNI_NETNS=/run/netns/$2 host "$plugin"
}

# with CONFIGURATION FILTER: a configuration, changed by jq
with() { jq -c "$2" <<< "$1"; }
with_prev() { jq -c --argjson p "$2" '.prevResult = $p' <<< "$1"; }

# refused CODE PATTERN cni...: it fails with this code of CNI's and message, as JSON on its output
refused()
{
	local code=$1 pattern=$2

	shift 2
	run -1 --separate-stderr "$@"
	[[ $(jq .code <<< "$output") == "$code" && $(jq -r .msg <<< "$output") =~ $pattern ]] ||
		{ echo "printed: $output $stderr"; return 1; }
}

leases() { find "$LEASES" -type f ! -name lock ! -name 'last_reserved_ip.*' 2> /dev/null; }

# What ADD made is gone: on the host, inside, in the table, and among the leases.
cni_clean()
{
	[[ -z $(leases) && -z $(netctl portmap list) ]] || { leases; netctl portmap list; return 1; }
	! ip -n "$HOST" -o link show type veth | grep -E ' veth[0-9a-f]{11}@'
}

# dnsmasq at the other end of the wire
dhcp_server()
{
	command -v dnsmasq > /dev/null || skip "dnsmasq is not installed"
	wire
	ip -n "$LAN" addr add 10.6.0.1/24 dev eth0x
	background nsenter --net="/run/netns/$LAN" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 \
		--interface=eth0x --bind-interfaces --dhcp-range=10.6.0.10,10.6.0.19,255.255.255.0,2h \
		--dhcp-option=option:router,10.6.0.1 --dhcp-option=option:dns-server,10.6.0.53 --no-ping \
		--dhcp-leasefile="$WORK/dnsmasq" --pid-file= --user=root --log-facility="$WORK/dnsmasq.log"
}
