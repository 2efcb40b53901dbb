#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# link, addr, route, neigh: what they show is what `ip` shows, and what they change.
load helpers

@test "link show, for people and as JSON" {
	local json

	wire
	ip -n "$HOST" addr add 10.0.0.5/24 dev eth0
	netctl macvlan add --parent eth0 --mac 02:00:00:00:00:07 mv0
	netctl bridge add br0
	netctl veth add v0 v1 --bridge br0
	[[ $(netctl link show mv0) == *macvlan*02:00:00:00:00:07*'bridge on eth0'* ]]
	[[ $(netctl link show v0) == *veth*'peer v1 port of br0'* ]]
	[[ $(netctl link show eth0) == *'10.0.0.5/24'* ]]
	json=$(netctl link show --json)
	[[ $(jq -r '.[].name' <<< "$json" | sort) == "$(ip -n "$HOST" -json link | jq -r '.[].ifname' | sort)" ]]
	[[ $(jq -c '.[] | select(.name == "mv0") | [.kind, .mode, .parent, .mac, .up]' <<< "$json") == \
		'["macvlan","bridge","eth0","02:00:00:00:00:07",true]' ]]
	[[ $(jq -c '.[] | select(.name == "eth0").addresses[] | select(.family == "ipv4") | [.address, .prefix]' <<< "$json") == \
		'["10.0.0.5",24]' ]]
	# Before the command, the option is the program's.
	[[ $(netctl --json link show) == "$json" ]]
	fails 'interface "nix": does not exist' netctl link show nix
}

@test "link up, down, rename, delete" {
	wire
	netctl link down eth0
	[[ $(netctl link show --json eth0 | jq -c '.[0] | [.up, .state]') == '[false,"down"]' ]]
	netctl link up eth0
	[[ $(netctl link show --json eth0 | jq '.[0].up') == true ]]
	netctl link rename eth0 lan
	[[ $(links "$HOST") == lan && $(netctl link show --json lan | jq '.[0].up') == true ]]
	fails 'interface "nix": does not exist' netctl link rename nix x
	fails 'new name "a b": not an interface' netctl link rename lan 'a b'
	netctl bridge add br0
	fails 'interface "lan": rename it: .*exists' netctl link rename lan br0
	netctl link delete br0
	netctl link delete --if-exists br0
	fails 'interface "br0": does not exist' netctl link delete br0
	netctl link delete lan
	[[ -z $(links "$HOST") ]]
}

@test "rename where the kernel refuses it while the interface is up" {
	wire
	# As kernels before 6.2: the first request to rename fails, whatever it is for.
	host strace -f -o "$WORK/trace" -e trace=sendto -e inject=sendto:error=EBUSY:when=2 \
		"$NETCTL_BIN" link rename eth0 lan || :
	grep -q INJECTED "$WORK/trace"
	[[ $(netctl link show --json lan | jq '.[0].up') == true ]]
}

@test "link move, there and back" {
	wire
	netctl link move eth0 --netns "$INSIDE" --name wan --up
	[[ -z $(links "$HOST") && $(links "$INSIDE") == wan ]]
	[[ $(netctl link show --netns "$INSIDE" --json wan | jq '.[0].up') == true ]]
	netctl link move wan --from "$INSIDE" --name eth0
	[[ $(links "$HOST") == eth0 && -z $(links "$INSIDE") ]]
	netns_new OTHER
	netctl bridge add br0
	netctl link move eth0 --netns "$OTHER"
	netctl link move eth0 --from "$OTHER" --netns "$INSIDE"
	[[ $(links "$INSIDE") == eth0 ]]
	fails 'interface "eth0": move it: the name "br0" is taken there' netctl link move eth0 --from "$INSIDE" --name br0
	[[ $(links "$INSIDE") == eth0 && $(links "$HOST") == br0 ]]
	fails 'one of --netns, --pid and --container' netctl link move br0
	fails 'interface "lo": move it: ' netctl link move lo --netns "$INSIDE"
	fails 'interface "br0": move it: ' netctl link move br0 --netns "$INSIDE" --name eth0
}

@test "addr add, show, del, flush" {
	wire
	netctl addr add eth0 10.0.0.5/24
	netctl addr add eth0 fd00::5/64
	fails 'add address 10.0.0.5/24: .*exists' netctl addr add eth0 10.0.0.5/24
	netctl addr add --replace eth0 10.0.0.5/24
	netctl addr add eth0 10.0.0.6/24
	[[ $(netctl addr show --json eth0 | jq -c '[.[] | select(.scope == "global") | [.address, .prefix]]') == \
		'[["10.0.0.5",24],["10.0.0.6",24],["fd00::5",64]]' ]]
	[[ $(ip -n "$HOST" -json addr show dev eth0 | jq -r '.[0].addr_info[0].broadcast') == 10.0.0.255 ]]
	netctl addr del eth0 10.0.0.6/24
	fails 'delete address 10.0.0.6/24: ' netctl addr del eth0 10.0.0.6/24
	[[ $(netctl addr show) == *'eth0            10.0.0.5/24'* ]]
	netctl addr add eth0 10.0.0.6/24
	netctl addr flush eth0
	[[ $(netctl addr show --json eth0 | jq '[.[] | select(.scope == "global")] | length') == 0 ]]
	fails 'needs a prefix length' netctl addr add eth0 10.0.0.5
	fails 'not an IP address' netctl addr add eth0 10.0.0.5.6/24
	fails 'not a prefix length' netctl addr add eth0 10.0.0.5/33
	fails 'interface "nix": does not exist' netctl addr add nix 10.0.0.5/24
}

@test "route add, show, del" {
	wire
	netctl addr add eth0 10.0.0.5/24
	netctl addr add eth0 fd00::5/64
	netctl route add default --gateway 10.0.0.1 --metric 100
	netctl route add default --gateway fd00::1
	netctl route add 10.9.0.0/16 --interface eth0
	netctl route add 10.8.0.0/16 --gateway 10.0.0.2 --table 77 --mtu 1300 --source 10.0.0.5
	[[ $(netctl route show --json | jq -c '.[] | select(.destination == "default" and .family == "ipv4") |
		[.gateway, .interface, .metric, .protocol]') == '["10.0.0.1","eth0",100,"static"]' ]]
	[[ $(netctl route show --json | jq -r '.[] | select(.destination == "default" and .family == "ipv6").gateway') == fd00::1 ]]
	[[ $(netctl route show --table 77) == '10.8.0.0/16          via 10.0.0.2 dev eth0 from 10.0.0.5 mtu 1300 by static' ]]
	fails 'add route default: .*exists' netctl route add default --gateway 10.0.0.3 --metric 100
	netctl route add default --gateway 10.0.0.3 --metric 100 --replace
	[[ $(ip -n "$HOST" -json route show default | jq -r '.[].gateway') == 10.0.0.3 ]]
	fails 'network is unreachable' netctl route add 10.7.0.0/16 --gateway 172.16.0.1
	netctl route add 10.7.0.0/16 --gateway 172.16.0.1 --interface eth0 --on-link
	netctl route del 10.7.0.0/16
	netctl route del 10.9.0.0/16 --interface eth0
	netctl route del default --metric 100
	netctl route del default --gateway fd00::1
	netctl route del 10.8.0.0/16 --table 77
	fails 'delete route 10.8.0.0/16: ' netctl route del 10.8.0.0/16 --table 77
	fails 'has to be given' netctl route add 10.6.0.0/16
	[[ $(ip -n "$HOST" -json route | jq length) -eq 1 ]]
}

@test "neigh add, show, del" {
	wire
	netctl addr add eth0 10.0.0.5/24
	netctl neigh add eth0 10.0.0.9 02:00:00:00:00:09
	fails 'add neighbour 10.0.0.9: .*exists' netctl neigh add eth0 10.0.0.9 02:00:00:00:00:0a
	netctl neigh add --replace eth0 10.0.0.9 02:00:00:00:00:0a
	[[ $(netctl neigh show --json eth0 | jq -c '.[] | select(.address == "10.0.0.9") | [.interface, .mac, .state]') == \
		'["eth0","02:00:00:00:00:0a","permanent"]' ]]
	[[ $(netctl neigh show) == *'10.0.0.9 '*'02:00:00:00:00:0a permanent'* ]]
	netctl neigh del eth0 10.0.0.9
	fails 'delete neighbour 10.0.0.9: ' netctl neigh del eth0 10.0.0.9
	fails 'a multicast address' netctl neigh add eth0 10.0.0.9 01:00:00:00:00:09
}

@test "hundreds of interfaces, addresses and routes are listed whole" {
	local i

	wire
	{
		for i in {1..400}; do
			echo "link add v$i type veth peer name w$i"
			echo "addr add 10.$((i / 200)).$((i % 200)).1/24 dev v$i"
			echo "route add 172.16.$((i / 256)).$((i % 256))/32 dev lo"
		done
	} | ip -n "$HOST" -batch -
	[[ $(netctl link show --json | jq length) -eq 802 ]]
	[[ $(netctl addr show --json | jq '[.[] | select(.prefix == 24)] | length') -eq 400 ]]
	[[ $(netctl route show --json | jq '[.[] | select(.destination | startswith("172.16"))] | length') -eq 400 ]]
}

@test "a list is whole while interfaces come and go" {
	local i

	wire
	background_at "$HOST" bash -c 'while :; do ip link add churn type veth peer name churn2; ip link delete churn; done'
	for i in {1..20}; do
		[[ $(netctl link show --json | jq '[.[] | select(.name == "eth0")] | length') -eq 1 ]]
	done
}
