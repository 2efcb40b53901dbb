#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Kinds of links that container hosts' kernels often lack: dummy, vlan, ipvlan, wireguard; by netctl, and
# as network devices of a container. The "host" is a network namespace of the test's own.
load ../integration/helpers

test_setup()
{
	[[ -e /run/vm/agent ]] || skip 'not in a guest of tests/vm/run'
	needs_runlet 'runc 1.1 does not know netDevices'
	NETCTL=$INTEGRATION/../../netctl
	env -u "$MARK" unshare --net sleep 1000 3>&- &
	HOST=$!
	env -u "$MARK" unshare --net sleep 1000 3>&- &
	PEER=$!
	wait_for 20 own_net "$HOST"
	wait_for 20 own_net "$PEER"
	outside ip link set lo up
	outside ip link add eth0 up type veth peer name eth0 netns "$PEER"
	peer ip link set eth0 up
}
test_teardown()
{
	[[ ${HOST-} ]] || return 0
	kill "$HOST" "$PEER"
	wait_status "$HOST"
	wait_status "$PEER"
}
own_net() { [[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }
outside() { nsenter --net="/proc/$HOST/ns/net" "$@" 3>&-; }
peer() { nsenter --net="/proc/$PEER/ns/net" "$@" 3>&-; }
inside() { nsenter --net="/proc/$INIT/ns/net" "$@" 3>&-; }
runtime() { outside timeout -k 1 60 "$RUNTIME_BIN" --root "$ROOT" "$@"; }
netctl() { outside timeout -k 1 60 "$NETCTL" --state-dir "$WORK/netctl" "$@"; }
needs_module() { modprobe -q "$1" || skip "this kernel has no $1 module"; }
kind_of() { "$1" ip -d -json link show dev "$2" | jq -r '.[0].linkinfo.info_kind'; }
addresses()
{
	"$1" ip -j addr show dev "$2" | jq -r '[.[].addr_info[] |
		select(.local | startswith("fe80") | not) | "\(.local)/\(.prefixlen)"] | sort | join(" ")'
}
has() { "$1" ip link show dev "$2" > /dev/null 2>&1; }
lacks() { ! has "$@"; }
pings() { "$1" ping -c 1 -W 1 -q "$2" > /dev/null; }

# wireguard: wg0 of the host's and of the peer's, which know each other; 10.8.0.2 is the peer's
wireguard()
{
	local where

	for where in outside peer; do
		wg genkey > "$WORK/$where.key"
		wg pubkey < "$WORK/$where.key" > "$WORK/$where.pub"
		$where ip link add wg0 type wireguard
		$where wg set wg0 private-key "$WORK/$where.key" listen-port 51820
	done
	outside ip addr add 10.1.0.1/24 dev eth0
	peer ip addr add 10.1.0.2/24 dev eth0
	outside wg set wg0 peer "$(cat "$WORK/peer.pub")" allowed-ips 10.8.0.0/24 endpoint 10.1.0.2:51820
	peer wg set wg0 peer "$(cat "$WORK/outside.pub")" allowed-ips 10.8.0.0/24 endpoint 10.1.0.1:51820
	peer ip addr add 10.8.0.2/24 dev wg0
	peer ip link set wg0 up
}

@test "netctl: dummy, in a container" {
	needs_module dummy
	sleeper
	ok netctl dummy add --pid "$INIT" --mac 02:00:00:00:00:07 --mtu 1400 --address 10.2.0.1/24 d0
	is "$(kind_of inside d0)" dummy
	is "$(addresses inside d0)" 10.2.0.1/24
	ok pings inside 10.2.0.1
	ok netctl dummy del --pid "$INIT" d0
	lacks inside d0
}

@test "netctl: a VLAN reaches those with its tag, and no others" {
	needs_module 8021q
	sleeper
	peer ip link add link eth0 name v5 up type vlan id 5
	peer ip addr add 10.5.0.2/24 dev v5
	ok netctl vlan add --parent eth0 --id 5 --pid "$INIT" --address 10.5.0.1/24 eth5
	ok netctl vlan add --parent eth0 --id 6 --pid "$INIT" --address 10.6.0.1/24 eth6
	is "$(kind_of inside eth5)" vlan
	lacks outside eth5
	wait_for 30 pings inside 10.5.0.2
	peer ip addr add 10.6.0.2/24 dev v5
	run ! pings inside 10.6.0.2
	ok netctl vlan del --pid "$INIT" eth5
	lacks inside eth5
}

@test "netctl: ipvlan shares its parent's MAC address, in l2 and l3" {
	local mode

	needs_module ipvlan
	sleeper
	peer ip addr add 10.7.0.2/24 dev eth0
	for mode in l2 l3; do
		ok netctl ipvlan add --parent eth0 --mode $mode --pid "$INIT" --address 10.7.0.1/24 eth0
		is "$(inside ip -d -json link show dev eth0 | jq -r '.[0].linkinfo.info_data.mode')" $mode
		is "$(inside cat /proc/self/net/dev | grep -c eth0)" 1
		is "$(inside ip -json link show dev eth0 | jq -r '.[0].address')" \
			"$(outside ip -json link show dev eth0 | jq -r '.[0].address')"
		# In l3 the peer would need a route.
		[[ $mode != l2 ]] || wait_for 30 pings inside 10.7.0.2
		ok netctl ipvlan del --pid "$INIT" eth0
		lacks inside eth0
	done
}

@test "netctl: WireGuard moves in, and its packets still go by the host" {
	needs_module wireguard
	wireguard
	sleeper
	ok netctl link move --pid "$INIT" --name vpn --up wg0
	lacks outside wg0
	is "$(kind_of inside vpn)" wireguard
	ok netctl addr add --pid "$INIT" vpn 10.8.0.1/24
	wait_for 30 pings inside 10.8.0.2
	is "$(netctl --json link show --pid "$INIT" | jq -r '.[] | select(.name == "vpn") | .kind')" wireguard
	ok netctl link delete --pid "$INIT" vpn
	lacks inside vpn
}

# all_kinds: d0, v0, i0 and wg0, each with an address
all_kinds()
{
	local module

	for module in dummy 8021q ipvlan wireguard; do
		needs_module $module
	done
	wireguard
	outside ip link add d0 mtu 1300 type dummy
	outside ip link add v0 link eth0 type vlan id 7
	outside ip link add i0 link eth0 type ipvlan mode l3
	outside ip addr add 10.2.0.1/24 dev d0
	outside ip addr add 10.3.0.1/24 dev v0
	outside ip addr add 10.4.0.1/24 dev i0
	outside ip addr add 10.8.0.1/24 dev wg0
	config '.linux.netDevices = { d0: {}, v0: { name: "eth7" }, i0: { name: "eth%d" }, wg0: {} }'
}

@test "netDevices: dummy, vlan, ipvlan and wireguard go in with their addresses, and work" {
	all_kinds
	sleeper
	for link in d0 v0 i0 wg0; do
		lacks outside $link
	done
	is "$(kind_of inside d0) $(kind_of inside eth7) $(kind_of inside eth0) $(kind_of inside wg0)" \
		'dummy vlan ipvlan wireguard'
	is "$(addresses inside d0) $(addresses inside eth7) $(addresses inside eth0) $(addresses inside wg0)" \
		'10.2.0.1/24 10.3.0.1/24 10.4.0.1/24 10.8.0.1/24'
	is "$(inside ip -json link show | jq '[.[] | select(.flags | index("UP") | not)] | length')" 0
	peer ip link add link eth0 name v7 up type vlan id 7
	peer ip addr add 10.3.0.2/24 dev v7
	wait_for 30 pings inside 10.3.0.2
	wait_for 30 pings inside 10.8.0.2
	ok runtime delete --force "$ID"
	# Virtual devices end with their namespace, and the host's end of them stays as it was.
	wait_for 20 gone "$INIT"
	has outside eth0
	ok pings outside 10.1.0.2
}

# What there is of a device, without what the kernel decides: ipvlan is NOARP from when it is first up in l3.
described()
{
	outside ip -d -j addr show dev "$1" | jq -S '.[] | del(.ifindex, .operstate) | .flags -= ["NOARP"]'
	outside ip -j route show dev "$1" | jq -S .
	[[ $1 != wg0 ]] || outside wg showconf wg0
}

@test "netDevices: what a create that fails brings back is as it was" {
	local link

	all_kinds
	outside ip link set d0 up
	outside ip link set v0 up
	outside ip link set wg0 up
	outside ip route add 10.99.0.0/16 via 10.3.0.7 dev v0
	for link in d0 v0 i0 wg0; do
		described $link > "$WORK/$link.before"
	done
	config '.hooks.createRuntime = [{ path: "/bin/false" }]'
	fails 1 'error running createRuntime hook #0' run_container
	for link in d0 v0 i0 wg0; do
		described $link > "$WORK/$link.after"
		diff -u "$WORK/$link.before" "$WORK/$link.after"
	done
}
