#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# netctl as a CNI plugin beside the CNI project's own: chained before and behind them, and each with the
# other's addresses. And dhcp, against dnsmasq.

load helpers
load cni

test_setup()
{
	cni_setup
	netns_new SECOND
	MIXED=$WORK/mixed
	mkdir "$MIXED"
	BRIDGE=$(jq -n -c --arg dir "$LEASES" '{cniVersion: "1.0.0", name: "net", type: "bridge", bridge: "br0",
		isGateway: true, hairpinMode: true, ipam: {type: "host-local", dataDir: $dir, subnet: "10.5.0.0/24",
		routes: [{dst: "0.0.0.0/0"}]}}')
	MACVLAN='{"cniVersion":"1.1.0","name":"lan","type":"macvlan","master":"eth0","ipam":{"type":"dhcp"}}'
	PORTS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}'
}

test_teardown() { cni_clean; }

serve()
{
	background nsenter --net="/run/netns/$1" python3 "$BATS_TEST_DIRNAME/peer.py" serve tcp "$2" "$3"
	wait_for 10 is_served "$1" "$3"
}
is_served() { at "$1" ss -Hlnt "sport = :$2" | grep -q .; }
answers() { at "$1" python3 "$BATS_TEST_DIRNAME/peer.py" ask tcp "$2" "$3"; }

@test "their portmap behind our bridge" {
	local conf

	needs_theirs portmap
	host iptables -t nat -L -n > /dev/null 2>&1 || skip "iptables does not work here"
	conf=$(jq -c -n --argjson r "$PORTS" '{cniVersion: "1.0.0", name: "net", type: "portmap", runtimeConfig: $r}')
	cni ADD "$INSIDE" bridge <<< "$BRIDGE" > "$WORK/first"
	cni ADD "$INSIDE" "$THEIRS/portmap" <<< "$(with_prev "$conf" "$(< "$WORK/first")")" > "$WORK/second"
	[[ $(jq -S -c . "$WORK/first") == "$(jq -S -c . "$WORK/second")" ]]
	serve "$INSIDE" 0.0.0.0 80
	[[ $(answers "$HOST" 10.5.0.1 8080) == *" 80" ]]
	cni CHECK "$INSIDE" bridge <<< "$(with_prev "$BRIDGE" "$(< "$WORK/second")")"
	cni DEL "$INSIDE" "$THEIRS/portmap" <<< "$(with_prev "$conf" "$(< "$WORK/second")")"
	cni DEL "$INSIDE" bridge <<< "$BRIDGE"
}

@test "our portmap and bandwidth behind their bridge" {
	local ports width

	needs_theirs bridge
	ports=$(jq -c -n --argjson r "$PORTS" '{cniVersion: "1.0.0", name: "net", type: "portmap", runtimeConfig: $r}')
	width='{"cniVersion":"1.0.0","name":"net","type":"bandwidth","ingressRate":8000000,"ingressBurst":800000,"egressRate":16000000,"egressBurst":800000}'
	cni ADD "$INSIDE" "$THEIRS/bridge" <<< "$BRIDGE" > "$WORK/first"
	cni ADD "$INSIDE" portmap <<< "$(with_prev "$ports" "$(< "$WORK/first")")" > "$WORK/second"
	cni ADD "$INSIDE" bandwidth <<< "$(with_prev "$width" "$(< "$WORK/second")")" > "$WORK/third"
	[[ $(jq -S -c . "$WORK/first") == "$(jq -S -c . "$WORK/third")" ]]
	serve "$INSIDE" 0.0.0.0 80
	[[ $(answers "$HOST" 127.0.0.1 8080) == "10.5.0.1 80" ]]
	host tc qdisc show | grep -q 'tbf .*veth.*rate 8Mbit'
	host tc qdisc show | grep -q 'tbf .*ifb.*rate 16Mbit'
	cni CHECK "$INSIDE" portmap <<< "$(with_prev "$ports" "$(< "$WORK/third")")"
	cni CHECK "$INSIDE" bandwidth <<< "$(with_prev "$width" "$(< "$WORK/third")")"
	cni DEL "$INSIDE" bandwidth <<< "$(with_prev "$width" "$(< "$WORK/third")")"
	[[ -z $(ip -n "$HOST" -o link show type ifb) ]]
	cni DEL "$INSIDE" portmap <<< "$(with_prev "$ports" "$(< "$WORK/third")")"
	cni DEL "$INSIDE" "$THEIRS/bridge" <<< "$BRIDGE"
}

@test "their host-local under our bridge" {
	needs_theirs host-local
	CNI_PATH=$THEIRS:$PLUGINS cni ADD "$INSIDE" bridge <<< "$BRIDGE" > "$WORK/out"
	[[ $(jq -r '.ips[0].address' "$WORK/out") == 10.5.0.2/24 && $(wc -l < "$LEASES/net/10.5.0.2") -eq 1 ]]
	inside busybox ping -c 1 -W 3 10.5.0.1 > /dev/null
	CNI_PATH=$THEIRS:$PLUGINS cni CHECK "$INSIDE" bridge <<< "$(with_prev "$BRIDGE" "$(< "$WORK/out")")"
	# an ADD that fails behind it gives the address back
	ip -n "$SECOND" link add eth0 type bridge
	CNI_PATH=$THEIRS:$PLUGINS refused 100 'already' cni ADD "$SECOND" bridge <<< "$BRIDGE"
	ip -n "$SECOND" link delete eth0
	CNI_PATH=$THEIRS:$PLUGINS refused 100 '' cni ADD "$SECOND" bridge \
		<<< "$(with "$BRIDGE" '.ipam.routes = [{dst: "0.0.0.0/0", gw: "192.0.2.1"}]')"
	[[ $(leases) == */10.5.0.2 ]]
	CNI_PATH=$THEIRS:$PLUGINS cni DEL "$INSIDE" bridge <<< "$BRIDGE"
}

@test "our host-local and static under their plugins" {
	local conf

	needs_theirs bridge
	cni ADD "$INSIDE" "$THEIRS/bridge" <<< "$BRIDGE" > "$WORK/out"
	[[ $(jq -r '.ips[0].address' "$WORK/out") == 10.5.0.2/24 && $(wc -l < "$LEASES/net/10.5.0.2") -eq 2 ]]
	cni CHECK "$INSIDE" "$THEIRS/bridge" <<< "$(with_prev "$BRIDGE" "$(< "$WORK/out")")"
	cni DEL "$INSIDE" "$THEIRS/bridge" <<< "$BRIDGE"
	conf=$(with "$BRIDGE" '.ipam = {type: "static", addresses: [{address: "10.5.0.9/24", gateway: "10.5.0.1"}]}')
	cni ADD "$INSIDE" "$THEIRS/bridge" <<< "$conf" > "$WORK/out"
	[[ $(jq -r '.ips[0].address' "$WORK/out") == 10.5.0.9/24 ]]
	cni DEL "$INSIDE" "$THEIRS/bridge" <<< "$conf"
}

@test "host-local asks for no namespace" {
	refused 7 'ipam is missing' cni ADD "$INSIDE-nosuch" host-local <<< "$(with "$BRIDGE" 'del(.ipam)')"
	cni ADD "$INSIDE-nosuch" host-local <<< "$BRIDGE" > "$WORK/out"
	[[ $(jq -c '[.ips, .routes, .interfaces]' "$WORK/out") == \
		'[[{"address":"10.5.0.2/24","gateway":"10.5.0.1"}],[{"dst":"0.0.0.0/0"}],null]' ]]
	cni DEL "$INSIDE-nosuch" host-local <<< "$BRIDGE"
}

@test "both host-locals on one network" {
	needs_theirs bridge
	CNI_PATH=$THEIRS cni ADD "$INSIDE" "$THEIRS/bridge" <<< "$BRIDGE" > /dev/null
	cni ADD "$SECOND" bridge <<< "$BRIDGE" > "$WORK/out"
	[[ $(jq -r '.ips[0].address' "$WORK/out") == 10.5.0.3/24 ]]
	cni DEL "$SECOND" bridge <<< "$BRIDGE"
	cni DEL "$INSIDE" "$THEIRS/bridge" <<< "$BRIDGE"
}

@test "dhcp without a daemon: a lease, its check, its end" {
	dhcp_server
	cni ADD "$INSIDE" macvlan <<< "$MACVLAN" > "$WORK/out"
	[[ $(jq -c '[.ips[0].address[:8], .ips[0].gateway, .routes[0].dst, .dns.nameservers]' "$WORK/out") == \
		'["10.6.0.1","10.6.0.1","0.0.0.0/0",["10.6.0.53"]]' ]]
	inside busybox ping -c 1 -W 3 10.6.0.1 > /dev/null
	cni CHECK "$INSIDE" macvlan <<< "$(with_prev "$MACVLAN" "$(< "$WORK/out")")"
	cni DEL "$INSIDE" macvlan <<< "$MACVLAN"
	cni DEL "$INSIDE" macvlan <<< "$MACVLAN"
	[[ -z $(links "$INSIDE") ]]
}

@test "our dhcp under their macvlan" {
	needs_theirs macvlan
	dhcp_server
	cni ADD "$INSIDE" "$THEIRS/macvlan" <<< "$(with "$MACVLAN" '.cniVersion = "1.0.0"')" > "$WORK/out"
	[[ $(jq -r '.ips[0].address' "$WORK/out") == 10.6.0.1*/24 ]]
	inside busybox ping -c 1 -W 3 10.6.0.1 > /dev/null
	cni DEL "$INSIDE" "$THEIRS/macvlan" <<< "$(with "$MACVLAN" '.cniVersion = "1.0.0"')"
	[[ -z $(links "$INSIDE") ]]
}

@test "GC ends the clients of containers that are gone" {
	dhcp_server
	cni ADD "$INSIDE" macvlan <<< "$MACVLAN" > /dev/null
	ip -n "$INSIDE" link delete eth0
	cni GC "$INSIDE" macvlan <<< "$(with "$MACVLAN" '.["cni.dev/valid-attachments"] = []')"
	[[ -z $(records_left) ]]
}

@test "ovs: a port of Open vSwitch, its VLAN, and what is left of it" {
	local conf

	load ovs
	start_ovs
	ovs add-br "$NETDEV" br0
	conf=$(with "$BRIDGE" ".type = \"ovs\" | .cniVersion = \"1.1.0\" | .vlan = 7 | del(.hairpinMode, .isGateway) | .socket_file = \"$DB\"")
	cni STATUS "$INSIDE" ovs <<< "$conf"
	cni ADD "$INSIDE" ovs <<< "$conf" > "$WORK/out"
	cni ADD "$SECOND" ovs <<< "$conf" > /dev/null
	[[ $(vsctl get port "$(jq -r '.interfaces[0].name' "$WORK/out")" tag) == 7 ]]
	inside busybox ping -c 1 -W 3 10.5.0.3 > /dev/null
	cni CHECK "$INSIDE" ovs <<< "$(with_prev "$conf" "$(< "$WORK/out")")"
	cni DEL "$INSIDE" ovs <<< "$conf"
	cni DEL "$INSIDE" ovs <<< "$conf"
	[[ $(vsctl list-ports br0 | wc -l) -eq 1 && -z $(links "$INSIDE") ]]
	# one whose namespace went without a DEL
	ip -n "$SECOND" link delete eth0
	cni GC "$INSIDE" ovs <<< "$(with "$conf" '.["cni.dev/valid-attachments"] = []')"
	[[ -z $(vsctl list-ports br0) ]]
	refused 100 'no such bridge' cni ADD "$INSIDE" ovs <<< "$(with "$conf" '.bridge = "br9"')"
	[[ -z $(links "$INSIDE") ]]
	refused 50 '' cni STATUS "$INSIDE" ovs <<< "$(with "$conf" '.socket_file = "/nonexistent"')"
}
