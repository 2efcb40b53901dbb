#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# netctl as a plugin of netavark: called as that calls it, with the documents that podman 5 writes.

load helpers
load cni

test_setup()
{
	netns_new SECOND
	NETWORK=$(jq -n -c '{name: "n1", id: "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9",
		driver: "netctl", network_interface: "nv0", subnets: [{subnet: "10.89.0.0/24", gateway: "10.89.0.1"},
		{subnet: "fd10:88::/64", gateway: "fd10:88::1"}], ipv6_enabled: true, internal: false,
		dns_enabled: false, ipam_options: {driver: "host-local"}, options: {},
		network_dns_servers: ["192.0.2.53"], created: "2024-01-01T00:00:00Z"}')
}

test_teardown()
{
	LEASES=$WORK/none cni_clean
}

# request NETWORK IP...: what setup and teardown get
request()
{
	local network=$1

	shift
	jq -n -c --argjson network "$network" '{container_id: "c1", container_name: "one", network: $network,
		port_mappings: [{container_port: 80, host_ip: "", host_port: 8080, protocol: "tcp", range: 2}],
		network_options: {aliases: [], interface_name: "eth0", static_ips: $ARGS.positional}}' --args "$@"
}

refuses()
{
	local pattern=$1

	shift
	run -1 --separate-stderr "$@"
	[[ $(jq -r .error <<< "$output") =~ $pattern ]] || { echo "printed: $output"; return 1; }
}

@test "info" {
	[[ $(netctl info | jq -c '[.api_version, (.version | length > 0)]') == '["1.0.0",true]' ]]
}

@test "create completes a network, and keeps the rest" {
	local out

	out=$(netctl create <<< "$(jq -c 'del(.network_interface, .subnets[].gateway)' <<< "$NETWORK")")
	[[ $(jq -c '[.name, .id, .driver, .network_interface, .subnets[].gateway, .created]' <<< "$out") == \
		'["n1","2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9","netctl","nc-2f259bab","10.89.0.1","fd10:88::1","2024-01-01T00:00:00Z"]' ]]
	[[ $(netctl create <<< "$NETWORK" | jq -c -S .) == "$(jq -c -S . <<< "$NETWORK")" ]]
	refuses 'option colour' netctl create <<< "$(jq -c '.options.colour = "red"' <<< "$NETWORK")"
	refuses 'option type' netctl create <<< "$(jq -c '.options.type = "vxlan"' <<< "$NETWORK")"
	refuses 'option mtu' netctl create <<< "$(jq -c '.options.mtu = "big"' <<< "$NETWORK")"
	refuses 'subnet' netctl create <<< "$(jq -c '.subnets[0].subnet = "10.0.0.0"' <<< "$NETWORK")"
	refuses '' netctl create <<< '{'
}

@test "bridge: setup, port mappings, teardown" {
	local in

	in=$(request "$NETWORK" 10.89.0.2 fd10:88::2)
	run -0 netctl setup "/run/netns/$INSIDE" <<< "$in"
	[[ $(jq -c '[.dns_server_ips, .dns_search_domains, .interfaces.eth0.subnets]' <<< "$output") == \
		'[["192.0.2.53"],[],[{"ipnet":"10.89.0.2/24","gateway":"10.89.0.1"},{"ipnet":"fd10:88::2/64","gateway":"fd10:88::1"}]]' ]]
	[[ $(jq -r .interfaces.eth0.mac_address <<< "$output") == "$(link_json "$INSIDE" eth0 | jq -r .address)" ]]
	inside busybox ping -c 1 -W 3 10.89.0.1 > /dev/null
	inside busybox ping -c 1 -W 3 fd10:88::1 > /dev/null
	[[ $(ip -n "$INSIDE" -j route show default | jq -r '.[0].gateway') == 10.89.0.1 ]]
	netctl portmap list | grep -q '8080-8081:80-81/tcp to 10.89.0.2'
	refuses 'in the namespace already' netctl setup "/run/netns/$INSIDE" <<< "$in"
	[[ -z $(netctl teardown "/run/netns/$INSIDE" <<< "$in") ]]
	netctl teardown "/run/netns/$INSIDE" <<< "$in"
	[[ -z $(links "$INSIDE") ]]
}

@test "internal: no way out" {
	local in

	in=$(request "$(jq -c '.internal = true' <<< "$NETWORK")" 10.89.0.2 | jq -c '.port_mappings = []')
	netctl setup "/run/netns/$INSIDE" <<< "$in" > /dev/null
	[[ -z $(ip -n "$INSIDE" route show default) && -z $(netctl portmap list) ]]
	netctl teardown "/run/netns/$INSIDE" <<< "$in"
}

@test "macvlan, with a MAC" {
	local in

	wire
	in=$(request "$(jq -c '.options = {type: "macvlan", parent: "eth0", mode: "bridge", mtu: "1400"} |
		.subnets |= .[:1]' <<< "$NETWORK")" 10.89.0.7 |
		jq -c '.port_mappings = [] | .network_options.static_mac = "02:00:00:00:00:09"')
	netctl setup "/run/netns/$INSIDE" <<< "$in" > /dev/null
	[[ $(link_json "$INSIDE" eth0 | jq -c '[.address, .mtu, .linkinfo.info_kind]') == \
		'["02:00:00:00:00:09",1400,"macvlan"]' ]]
	netctl teardown "/run/netns/$INSIDE" <<< "$in"
	[[ -z $(links "$INSIDE") ]]
	refuses 'does not reach' netctl setup "/run/netns/$INSIDE" \
		<<< "$(jq -c '.port_mappings = [{container_port: 80, host_port: 80, protocol: "tcp"}]' <<< "$in")"
}

@test "macvlan, with DHCP" {
	local in

	dhcp_server
	in=$(request "$(jq -c '.options = {type: "macvlan", parent: "eth0"} | .subnets = [] |
		.ipam_options.driver = "dhcp"' <<< "$NETWORK")" | jq -c '.port_mappings = []')
	run -0 netctl setup "/run/netns/$INSIDE" <<< "$in"
	[[ $(jq -c '[.dns_server_ips, .interfaces.eth0.subnets[0].gateway]' <<< "$output") == \
		'[["192.0.2.53","10.6.0.53"],"10.6.0.1"]' ]]
	inside busybox ping -c 1 -W 3 10.6.0.1 > /dev/null
	netctl teardown "/run/netns/$INSIDE" <<< "$in"
	[[ -z $(links "$INSIDE") ]]
}

@test "ovs: a port of a bridge, with an address and ports of the host" {
	local in

	load ovs
	start_ovs
	ovs add-br "$NETDEV" ovs0
	in=$(jq -c --arg db "$DB" '.network_interface = "ovs0" | .subnets |= .[:1] |
		.options = {type: "ovs", socket_file: $db}' <<< "$NETWORK")
	run -0 netctl setup "/run/netns/$INSIDE" <<< "$(request "$in" 10.89.0.2)"
	[[ $(jq -c .interfaces.eth0.subnets <<< "$output") == '[{"ipnet":"10.89.0.2/24","gateway":"10.89.0.1"}]' ]]
	[[ $(vsctl list-ports ovs0 | wc -l) -eq 1 ]]
	wait_for 20 reaches "$INSIDE" 10.89.0.1
	netctl portmap list | grep -q '8080-8081:80-81/tcp to 10.89.0.2'
	refuses 'is taken by cni:n1:c1:eth0' netctl setup "/run/netns/$SECOND" \
		<<< "$(request "$in" 10.89.0.3 | jq -c '.container_id = "c2"')"
	[[ $(vsctl list-ports ovs0 | wc -l) -eq 1 && -z $(links "$SECOND") ]]
	netctl teardown "/run/netns/$INSIDE" <<< "$(request "$in" 10.89.0.2)"
	[[ -z $(vsctl list-ports ovs0) && -z $(links "$INSIDE") ]]
	refuses 'needs the name of a bridge' netctl create <<< "$(jq -c '.network_interface = ""' <<< "$in")"
}

@test "a failing setup leaves nothing" {
	refuses 'in no subnet' netctl setup "/run/netns/$INSIDE" <<< "$(request "$NETWORK" 192.0.2.1)"
	refuses 'no such file' netctl setup "/run/netns/$INSIDE-x" <<< "$(request "$NETWORK" 10.89.0.2)"
	refuses 'range' netctl setup "/run/netns/$INSIDE" \
		<<< "$(request "$NETWORK" 10.89.0.2 | jq -c '.port_mappings[0].host_port = 65535')"
	netctl setup "/run/netns/$INSIDE" <<< "$(request "$NETWORK" 10.89.0.2)" > /dev/null
	refuses 'is taken by cni:n1:c1:eth0' netctl setup "/run/netns/$SECOND" \
		<<< "$(request "$NETWORK" 10.89.0.3 | jq -c '.container_id = "c2"')"
	[[ -z $(links "$SECOND") ]]
	ip netns delete "$INSIDE"
	netctl teardown "/run/netns/$INSIDE" <<< "$(request "$NETWORK" 10.89.0.2)"
}
