#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# netctl as a CNI plugin, with addresses of its own.

load helpers
load cni

test_setup()
{
	cni_setup
	netns_new SECOND
	BRIDGE=$(jq -n -c --arg dir "$LEASES" '{cniVersion: "1.1.0", name: "net", type: "bridge", bridge: "br0",
		isGateway: true, ipMasq: true, ipam: {type: "host-local", dataDir: $dir, subnet: "10.5.0.0/24",
		routes: [{dst: "0.0.0.0/0"}]}}')
}

test_teardown() { cni_clean; }

ping_from() { at "$1" busybox ping -c 1 -W 3 "$2" > /dev/null; }
answers() { at "$1" python3 "$BATS_TEST_DIRNAME/peer.py" ask tcp "$2" "$3"; }

serve()
{
	background nsenter --net="/run/netns/$1" python3 "$BATS_TEST_DIRNAME/peer.py" serve tcp "$2" "$3"
	wait_for 10 is_served "$1" "$3"
}
is_served() { at "$1" ss -Hlnt "sport = :$2" | grep -q .; }

@test "bridge: two containers, their gateway, and a result" {
	cni ADD "$INSIDE" bridge <<< "$BRIDGE" > "$WORK/out"
	cni ADD "$SECOND" bridge <<< "$BRIDGE" > /dev/null
	[[ $(jq -c '[.cniVersion, (.interfaces | map(.name)[0,2]), .ips[0], .routes]' "$WORK/out") == \
		'["1.1.0","br0","eth0",{"interface":2,"address":"10.5.0.2/24","gateway":"10.5.0.1"},[{"dst":"0.0.0.0/0"}]]' ]]
	[[ $(jq -r '.interfaces[2].mac' "$WORK/out") == "$(link_json "$INSIDE" eth0 | jq -r .address)" ]]
	[[ $(jq -r '.interfaces[0].mac' "$WORK/out") == "$(link_json "$HOST" br0 | jq -r .address)" ]]
	ping_from "$INSIDE" 10.5.0.1
	ping_from "$INSIDE" 10.5.0.3
	[[ $(host cat /proc/sys/net/ipv4/ip_forward) == 1 ]]
	cni CHECK "$INSIDE" bridge <<< "$(with_prev "$BRIDGE" "$(< "$WORK/out")")"
	[[ -z $(cni DEL "$INSIDE" bridge <<< "$BRIDGE") ]]
	cni DEL "$INSIDE" bridge <<< "$BRIDGE"
	[[ -z $(links "$INSIDE") && $(leases) == */10.5.0.3 ]]
	cni DEL "$SECOND" bridge <<< "$BRIDGE"
}

@test "bridge: two families, a default gateway, hairpin, isolation" {
	local conf

	conf=$(with "$BRIDGE" 'del(.ipam.subnet, .ipam.routes) | .isDefaultGateway = true | .hairpinMode = true
		| .portIsolation = true | .mtu = 1400
		| .ipam.ranges = [[{subnet: "10.5.0.0/24"}], [{subnet: "fd05::/64"}]]')
	cni ADD "$INSIDE" bridge <<< "$conf" > "$WORK/out"
	cni ADD "$SECOND" bridge <<< "$conf" > /dev/null
	[[ $(jq -c '[.routes[].gw]' "$WORK/out") == '["10.5.0.1","fd05::1"]' ]]
	[[ $(link_json "$INSIDE" eth0 | jq .mtu) == 1400 ]]
	ping_from "$INSIDE" 10.5.0.1
	ping_from "$INSIDE" fd05::1
	run ! ping_from "$INSIDE" 10.5.0.3
	ip -n "$HOST" -j -d link show master br0 | jq -e 'all(.linkinfo.info_slave_data | .hairpin and .isolated)'
	cni DEL "$INSIDE" bridge <<< "$conf"
	cni DEL "$SECOND" bridge <<< "$conf"
}

@test "bridge: VLANs" {
	local conf other

	conf=$(with "$BRIDGE" '.vlan = 7')
	if ! ip -n "$HOST" link add br1 type bridge vlan_filtering 1 2> /dev/null; then
		refused 100 'VLAN filtering' cni ADD "$INSIDE" bridge <<< "$conf"
		skip "this kernel's bridges know no VLANs"
	fi
	cni ADD "$INSIDE" bridge <<< "$conf" > /dev/null
	cni ADD "$SECOND" bridge <<< "$(with "$BRIDGE" '.vlan = 8')" > /dev/null
	ping_from "$INSIDE" 10.5.0.1
	run ! ping_from "$INSIDE" 10.5.0.3
	cni DEL "$SECOND" bridge <<< "$conf"
	# each VLAN has its gateway, and the bridge itself is in neither
	other=$(with "$BRIDGE" '.name = "net9" | .vlan = 9 | .ipam.subnet = "10.9.0.0/24"')
	cni ADD "$SECOND" bridge <<< "$other" > /dev/null
	ping_from "$SECOND" 10.9.0.1
	ping_from "$INSIDE" 10.5.0.1
	[[ $(host bridge -j vlan show dev br0 | jq -c '[.[].vlans[].vlan]') == '[1]' ]]
	cni DEL "$SECOND" bridge <<< "$other"
	cni DEL "$INSIDE" bridge <<< "$conf"
	# a bridge that was made again gets the gateway of the one before, but nobody else's interface
	ip -n "$HOST" link del br0
	cni ADD "$INSIDE" bridge <<< "$conf" > /dev/null
	ping_from "$INSIDE" 10.5.0.1
	ip -n "$HOST" link add br0.6 type bridge
	refused 100 "br0.6 is somebody else's" cni ADD "$SECOND" bridge <<< "$(with "$other" '.vlan = 6')"
	cni DEL "$INSIDE" bridge <<< "$conf"
}

@test "bridge: an address that it has is in the way, unless told otherwise" {
	ip -n "$HOST" link add br0 up type bridge
	ip -n "$HOST" addr add 10.5.0.77/16 dev br0
	refused 100 '10.5.0.77/16, not 10.5.0.1/24' cni ADD "$INSIDE" bridge <<< "$BRIDGE"
	cni_clean
	cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.forceAddress = true')" > /dev/null
	[[ $(ip -n "$HOST" -4 -br addr show br0 | awk '{print $3}') == 10.5.0.1/24 ]]
	cni DEL "$INSIDE" bridge <<< "$BRIDGE"
}

@test "two networks of a container: the default route of the first stays" {
	local other

	other=$(with "$BRIDGE" '.name = "other" | .bridge = "br1" | .ipam.subnet = "10.8.0.0/24"')
	cni ADD "$INSIDE" bridge <<< "$BRIDGE" > /dev/null
	IFNAME=eth1 cni ADD "$INSIDE" bridge <<< "$other" > "$WORK/out"
	[[ $(ip -n "$INSIDE" -j route show default | jq -c 'map(.gateway) | sort') == '["10.5.0.1","10.8.0.1"]' ]]
	IFNAME=eth1 cni CHECK "$INSIDE" bridge <<< "$(with_prev "$other" "$(< "$WORK/out")")"
	IFNAME=eth1 cni DEL "$INSIDE" bridge <<< "$other"
	[[ $(ip -n "$INSIDE" -j route show default | jq -c 'map(.gateway)') == '["10.5.0.1"]' ]]
	cni DEL "$INSIDE" bridge <<< "$BRIDGE"
}

@test "macvlan: mode, MAC, MTU, and an address that was asked for" {
	local conf

	wire
	conf=$(with "$BRIDGE" 'del(.bridge, .isGateway, .ipMasq) | .type = "macvlan" | .master = "eth0"
		| .mode = "private" | .mtu = 1300 | .runtimeConfig = {mac: "02:00:00:00:00:07", ips: ["10.5.0.50/24"]}')
	cni ADD "$INSIDE" macvlan <<< "$conf" > "$WORK/out"
	[[ $(link_json "$INSIDE" eth0 | jq -c '[.mtu, .address, .linkinfo.info_data.mode]') == \
		'[1300,"02:00:00:00:00:07","private"]' ]]
	[[ $(jq -r '.ips[0].address' "$WORK/out") == 10.5.0.50/24 ]]
	cni CHECK "$INSIDE" macvlan <<< "$(with_prev "$conf" "$(< "$WORK/out")")"
	refused 100 'eth0 is in the namespace already' cni ADD "$INSIDE" macvlan <<< "$conf"
	# asked for twice is asked for once
	cni DEL "$INSIDE" macvlan <<< "$conf"
	CNI_ARGS=IP=10.5.0.50 cni ADD "$INSIDE" macvlan <<< "$conf" | jq -e '.ips | length == 1'
	has_link "$INSIDE" eth0
	refused 100 'taken by container' cni ADD "$SECOND" macvlan <<< "$conf"
	cni DEL "$INSIDE" macvlan <<< "$conf"
	[[ -z $(links "$INSIDE") && -z $(links "$SECOND") ]]
}

@test "ptp: each container alone with the host" {
	local conf

	conf=$(with "$BRIDGE" '.type = "ptp"')
	cni ADD "$INSIDE" ptp <<< "$conf" > "$WORK/out"
	cni ADD "$SECOND" ptp <<< "$conf" > /dev/null
	ping_from "$INSIDE" 10.5.0.1
	ping_from "$INSIDE" 10.5.0.3
	ping_from "$HOST" 10.5.0.2
	cni CHECK "$INSIDE" ptp <<< "$(with_prev "$conf" "$(< "$WORK/out")")"
	cni DEL "$INSIDE" ptp <<< "$conf"
	cni DEL "$SECOND" ptp <<< "$conf"
	refused 7 "needs addresses" cni ADD "$INSIDE" ptp <<< "$(with "$conf" "del(.ipam)")"
}

@test "host-device: there and back, as it was" {
	local conf was

	wire nic7
	conf=$(with "$BRIDGE" '.type = "host-device" | .device = "nic7" | del(.ipam.routes)')
	cni ADD "$INSIDE" host-device <<< "$conf" > /dev/null
	[[ $(links "$INSIDE") == eth0 && $(links "$HOST") == "" ]]
	cni DEL "$INSIDE" host-device <<< "$conf"
	cni DEL "$INSIDE" host-device <<< "$conf"
	[[ $(links "$HOST") == nic7 && -z $(links "$INSIDE") ]]

	# with the MAC and the alias that it had, whatever it had in the container
	ip -n "$HOST" link set nic7 address 02:00:00:00:00:07 alias 'the seventh, for  tests'
	was=$(link_json "$HOST" nic7 | jq -c '[.address, .ifalias]')
	cni ADD "$INSIDE" host-device <<< "$(with "$conf" '.runtimeConfig.mac = "02:00:00:00:00:08"')" > /dev/null
	[[ $(link_json "$INSIDE" eth0 | jq -r .address) == 02:00:00:00:00:08 ]]
	cni DEL "$INSIDE" host-device <<< "$conf"
	[[ $(link_json "$HOST" nic7 | jq -c '[.address, .ifalias]') == "$was" ]]
	# the name is not for the container to choose, nor a MAC address that is none of an interface
	cni ADD "$INSIDE" host-device <<< "$conf" > /dev/null
	ip -n "$INSIDE" link set eth0 alias 'cni-host-device:lo0 01:00:5e:00:00:01'
	cni DEL "$INSIDE" host-device <<< "$conf"
	[[ $(links "$HOST") == nic7 && $(link_json "$HOST" nic7 | jq -r .address) == 02:00:00:00:00:07 ]]
	ip -n "$HOST" link set nic7 alias 'the seventh, for  tests'
	# where its name is taken it waits in the container
	cni ADD "$INSIDE" host-device <<< "$conf" > /dev/null
	ip -n "$HOST" link add nic7 type bridge
	refused 100 'give device nic7 back: .*the name "nic7" is taken there' cni DEL "$INSIDE" host-device <<< "$conf"
	[[ $(links "$INSIDE") == eth0 && $(links "$HOST") == nic7 ]]
	ip -n "$HOST" link del nic7
	cni DEL "$INSIDE" host-device <<< "$conf"
	[[ $(links "$HOST") == nic7 && -z $(links "$INSIDE") ]]
	# an ADD that fails leaves it as it was
	refused 100 '' cni ADD "$INSIDE" host-device \
		<<< "$(with "$conf" '.runtimeConfig.mac = "02:00:00:00:00:08" | .ipam.routes = [{dst: "0.0.0.0/0", gw: "192.0.2.9"}]')"
	[[ $(link_json "$HOST" nic7 | jq -c '[.address, .ifalias]') == "$was" ]]
	# and so does one that was killed when it had changed things
	ip -n "$HOST" link set nic7 address 02:00:00:00:00:08 alias 'cni-host-device:nic7 02:00:00:00:00:07 the seventh, for  tests'
	cni ADD "$INSIDE" host-device <<< "$conf" > /dev/null
	cni DEL "$INSIDE" host-device <<< "$conf"
	[[ $(link_json "$HOST" nic7 | jq -c '[.address, .ifalias]') == "$was" ]]
	refused 2 kernelpath cni ADD "$INSIDE" host-device <<< "$(with "$conf" '.kernelpath = "/sys/x"')"
}

@test "loopback" {
	local conf='{"cniVersion":"0.4.0","name":"lo","type":"loopback"}'

	ip -n "$INSIDE" link set lo down
	IFNAME=lo cni ADD "$INSIDE" loopback <<< "$conf" > "$WORK/out"
	ip -n "$INSIDE" -j link show lo | jq -e '.[0].flags | index("UP") != null'
	IFNAME=lo cni CHECK "$INSIDE" loopback <<< "$(with_prev "$conf" "$(< "$WORK/out")")"
	IFNAME=lo cni DEL "$INSIDE" loopback <<< "$conf"
}

@test "port mappings and bandwidth by themselves" {
	local conf

	conf=$(with "$BRIDGE" '.hairpinMode = true | .runtimeConfig = {
		portMappings: [{hostPort: 8080, containerPort: 80, protocol: "tcp"}, {hostPort: 81, containerPort: 80, hostIP: "127.0.0.1"}],
		bandwidth: {ingressRate: 8000000, ingressBurst: 800000, egressRate: 16000000, egressBurst: 800000}}')
	cni ADD "$INSIDE" bridge <<< "$conf" > "$WORK/out"
	serve "$INSIDE" 0.0.0.0 80
	[[ $(answers "$HOST" 127.0.0.1 8080) == "10.5.0.1 80" ]]
	[[ $(answers "$HOST" 127.0.0.1 81) == "10.5.0.1 80" ]]
	[[ $(answers "$INSIDE" 10.5.0.1 8080) == "10.5.0.1 80" ]]
	host tc qdisc show | grep -q 'tbf .*veth.* rate 8Mbit'
	host tc qdisc show | grep -q 'tbf .*ifb.* rate 16Mbit'
	cni CHECK "$INSIDE" bridge <<< "$(with_prev "$conf" "$(< "$WORK/out")")"
	refused 100 "host port 8080/tcp is taken by cni:net:$INSIDE:eth0" cni ADD "$SECOND" bridge <<< "$conf"
	[[ -z $(links "$SECOND") && $(leases | wc -l) -eq 1 ]]
	netctl portmap del "cni:net:$INSIDE:eth0"
	refused 100 'is not there' cni CHECK "$INSIDE" bridge <<< "$(with_prev "$conf" "$(< "$WORK/out")")"
	cni DEL "$INSIDE" bridge <<< "$conf"
	refused 2 'sctp' cni ADD "$INSIDE" bridge <<< "$(with "$conf" '.runtimeConfig.portMappings[0].protocol = "sctp"')"
	refused 2 'does not reach' cni ADD "$INSIDE" macvlan <<< "$(with "$conf" '.type = "macvlan"')"
	refused 7 'go together' cni ADD "$INSIDE" bridge <<< "$(with "$conf" '.runtimeConfig.bandwidth.egressBurst = 0')"
}

# What the ifb has sent on, in bytes
limited() { host tc -s -j qdisc show | jq '[.[] | select(.kind == "tbf" and (.dev | startswith("ifb"))) | .bytes] | add // 0'; }

@test "a container cannot take its own limit away" {
	local conf before

	conf=$(with "$BRIDGE" '.runtimeConfig = {bandwidth: {egressRate: 16000000, egressBurst: 800000}}')
	cni ADD "$INSIDE" bridge <<< "$conf" > "$WORK/out"
	[[ $(inside tc qdisc show dev eth0) != *tbf* ]]
	before=$(limited)
	inside busybox ping -c 1 -s 1000 -W 3 10.5.0.1 > /dev/null
	(($(limited) >= before + 1000))
	cni CHECK "$INSIDE" bridge <<< "$(with_prev "$conf" "$(< "$WORK/out")")"
	# once more after a kill in the middle, and what GC finds
	ip -n "$INSIDE" link delete eth0
	cni ADD "$INSIDE" bridge <<< "$(with "$conf" '.ipam = {type: "static", addresses: [{address: "10.5.0.9/24"}]}')" > /dev/null
	[[ $(host tc qdisc show | grep -c 'tbf .*ifb') -eq 1 ]]
	cni GC "$INSIDE" bridge <<< "$(with "$conf" '.cniVersion = "1.1.0" | ."cni.dev/valid-attachments" = []')"
	cni DEL "$INSIDE" bridge <<< "$conf"
	[[ -z $(ip -n "$HOST" -o link show type ifb) ]]
	wire
	refused 2 'needs an end on the host' cni ADD "$INSIDE" macvlan <<< "$(with "$conf" '.type = "macvlan" | .master = "eth0"')"
}

@test "a failing ADD leaves nothing" {
	wire
	refused 7 'too small' cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.ipam.subnet = "10.5.0.0/32"')"
	refused 5 'no plugin "nosuch"' cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.ipam.type = "nosuch"')"
	refused 100 'network is unreachable|invalid' cni ADD "$INSIDE" macvlan \
		<<< "$(with "$BRIDGE" '.type = "macvlan" | .master = "eth0" | .ipam.routes = [{dst: "0.0.0.0/0", gw: "192.0.2.9"}]')"
	[[ -z $(links "$INSIDE") ]]
	cni_clean
	! cni ADD "$INSIDE" bridge <<< "$BRIDGE" > /dev/full 2> "$WORK/err" || return 1
	[[ $(< "$WORK/err") == "netctl: standard output: "* ]]
	[[ -z $(links "$INSIDE") ]]
	cni_clean
	refused 100 'does not exist' cni ADD "$INSIDE" macvlan <<< "$(with "$BRIDGE" '.type = "macvlan" | .master = "none"')"
	refused 7 'more than' cni ADD "$INSIDE" macvlan <<< "$(with "$BRIDGE" '.type = "macvlan" | .master = "eth0" | .mtu = 9000')"
	cni ADD "$INSIDE" bridge <<< "$BRIDGE" > /dev/null
	cni DEL "$INSIDE" bridge <<< "$BRIDGE"
}

@test "DEL when the namespace is gone" {
	local conf ns

	conf=$(with "$BRIDGE" '.runtimeConfig = {portMappings: [{hostPort: 8080, containerPort: 80}]}')
	cni ADD "$SECOND" bridge <<< "$conf" > /dev/null
	ip netns delete "$SECOND"
	cni DEL "$SECOND" bridge <<< "$conf"
	cni_clean
	cni ADD "$INSIDE" bridge <<< "$conf" > /dev/null
	ns=$(CNI_COMMAND=DEL CNI_CONTAINERID=$INSIDE CNI_IFNAME=eth0 CNI_NETNS='' host "$PLUGINS/bridge" <<< "$BRIDGE")
	[[ -z $ns && -z $(links "$INSIDE") ]]
}

@test "the plugin's own namespace is refused" {
	refused 8 'own network namespace' cni ADD "$HOST" bridge <<< "$BRIDGE"
	refused 8 'own network namespace' cni DEL "$HOST" bridge <<< "$BRIDGE"
	refused 8 'not a network namespace' env CNI_COMMAND=ADD CNI_CONTAINERID=x CNI_IFNAME=eth0 \
		CNI_NETNS=/etc/passwd "$PLUGINS/bridge" <<< "$BRIDGE"
	refused 8 'no such file' cni ADD "$HOST-nosuch" bridge <<< "$BRIDGE"
}

@test "calls that are no good have CNI's codes" {
	refused 1 '0.2.0' cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.cniVersion = "0.2.0"')"
	refused 1 'no CHECK' cni CHECK "$INSIDE" bridge <<< "$(with "$BRIDGE" '.cniVersion = "0.3.1"')"
	refused 1 'no GC' cni GC "$INSIDE" bridge <<< "$(with "$BRIDGE" '.cniVersion = "1.0.0"')"
	refused 6 '' cni ADD "$INSIDE" bridge <<< '{'
	refused 6 'is no version' cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.cniVersion = "1.0.x"')"
	refused 6 'prevResult: ' cni CHECK "$INSIDE" bridge <<< "$(with_prev "$BRIDGE" '{"cniVersion":"1.0.0","ips":7}')"
	# what fails behind a prevResult that is good is not its fault
	refused 100 'has no address' cni CHECK "$INSIDE" host-local <<< "$(with_prev "$BRIDGE" '{"cniVersion":"1.0.0","ips":[]}')"
	refused 7 'valid-attachments is missing' cni GC "$INSIDE" bridge <<< "$BRIDGE"
	refused 7 'valid-attachments is missing' cni GC "$INSIDE" host-local <<< "$BRIDGE"
	refused 7 'name' cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" 'del(.name)')"
	refused 7 'not known' cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.type = "nosuch"')"
	refused 7 'prevResult' cni CHECK "$INSIDE" bridge <<< "$BRIDGE"
	refused 7 'prevResult' cni ADD "$INSIDE" portmap <<< "$(with "$BRIDGE" '.type = "portmap"')"
	refused 2 'macspoofchk' cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.macspoofchk = true')"
	CNI_ARGS=FOO=1 refused 4 FOO cni ADD "$INSIDE" bridge <<< "$BRIDGE"
	[[ $(cni VERSION "$INSIDE" bridge <<< '{"cniVersion":"0.4.0"}' | jq -c .supportedVersions) == \
		'["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]' ]]
}

@test "results of every version" {
	local version

	for version in 0.3.0 0.3.1 0.4.0 1.0.0 1.1.0; do
		cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" ".cniVersion = \"$version\"")" > "$WORK/out"
		[[ $(jq -r .cniVersion "$WORK/out") == "$version" ]]
		case $version in
		0.*) [[ $(jq -r '.ips[0].version' "$WORK/out") == 4 ]] ;;
		*) [[ $(jq -r '.ips[0].version' "$WORK/out") == null ]] ;;
		esac
		[[ $(jq -r '.interfaces[2].mtu' "$WORK/out") == $([[ $version == 1.1.0 ]] && echo 1500 || echo null) ]]
		cni DEL "$INSIDE" bridge <<< "$BRIDGE"
	done
}

@test "CHECK sees what has changed" {
	local conf

	cni ADD "$INSIDE" bridge <<< "$BRIDGE" > "$WORK/out"
	conf=$(with_prev "$BRIDGE" "$(< "$WORK/out")")
	cni CHECK "$INSIDE" bridge <<< "$conf"
	ip -n "$INSIDE" route delete default
	refused 100 'route to 0.0.0.0/0' cni CHECK "$INSIDE" bridge <<< "$conf"
	ip -n "$INSIDE" addr flush dev eth0
	refused 100 'lost the address 10.5.0.2/24' cni CHECK "$INSIDE" bridge <<< "$conf"
	ip -n "$INSIDE" link delete eth0
	refused 100 'does not exist' cni CHECK "$INSIDE" bridge <<< "$conf"
	cni DEL "$INSIDE" bridge <<< "$BRIDGE"
}

@test "GC removes what is not listed, STATUS says whether it works" {
	local conf

	conf=$(with "$BRIDGE" '.runtimeConfig = {portMappings: [{hostPort: 8080, containerPort: 80}]}')
	cni ADD "$INSIDE" bridge <<< "$conf" > /dev/null
	cni ADD "$SECOND" bridge <<< "$BRIDGE" > /dev/null
	cni STATUS "$INSIDE" bridge <<< "$BRIDGE"
	cni GC "$INSIDE" bridge <<< "$(with "$BRIDGE" ".[\"cni.dev/valid-attachments\"] =
		[{containerID: \"$SECOND\", ifname: \"eth0\"}]")"
	[[ -z $(links "$INSIDE") && $(links "$SECOND") == eth0 && $(leases) == */10.5.0.3 ]]
	[[ $(netctl --json portmap list | jq -c 'map(.owner)') == "[\"cni:net:$SECOND:eth0\"]" ]]
	cni GC "$INSIDE" bridge <<< "$(with "$BRIDGE" '.["cni.dev/valid-attachments"] = []')"
	refused 50 'does not exist' cni STATUS "$INSIDE" macvlan <<< "$(with "$BRIDGE" '.type = "macvlan" | .master = "none"')"
}

@test "GC and DEL know a network, and a container, by however long a name" {
	local conf long id

	long=$(printf 'n%.0s' {1..120})
	conf=$(with "$BRIDGE" ".name = \"$long\" | .runtimeConfig = {portMappings: [{hostPort: 8080, containerPort: 80}]}")
	cni ADD "$INSIDE" bridge <<< "$conf" > /dev/null
	refused 100 'host port 8080/tcp is taken by cni:' cni ADD "$SECOND" bridge <<< "$conf"
	# of a network whose name begins alike
	cni GC "$INSIDE" bridge <<< "$(with "$conf" '.name += "x" | .["cni.dev/valid-attachments"] = []')"
	[[ $(netctl --json portmap list | jq length) == 2 && $(links "$INSIDE") == eth0 ]]
	cni GC "$INSIDE" bridge <<< "$(with "$conf" '.["cni.dev/valid-attachments"] = []')"
	[[ -z $(netctl portmap list) && -z $(links "$INSIDE") ]]
	cni_clean
	id=$(printf 'c%.0s' {1..200})
	CNI_COMMAND=ADD CNI_CONTAINERID=$id CNI_IFNAME=eth0 CNI_NETNS=/run/netns/$INSIDE host "$PLUGINS/bridge" <<< "$conf" > /dev/null
	CNI_COMMAND=DEL CNI_CONTAINERID=${id}x CNI_IFNAME=eth0 CNI_NETNS=/run/netns/$SECOND host "$PLUGINS/bridge" <<< "$conf"
	[[ $(netctl --json portmap list | jq length) == 2 && $(links "$INSIDE") == eth0 ]]
	CNI_COMMAND=DEL CNI_CONTAINERID=$id CNI_IFNAME=eth0 CNI_NETNS=/run/netns/$INSIDE host "$PLUGINS/bridge" <<< "$conf"
}

@test "addresses of an earlier boot are free" {
	local f

	cni ADD "$INSIDE" bridge <<< "$(with "$BRIDGE" '.ipam.subnet = "10.5.0.0/30"')" > /dev/null
	f=$(leases)
	[[ $(sed -n 3p "$f") == "$(< /proc/sys/kernel/random/boot_id)" ]]
	refused 100 'no address is left' cni ADD "$SECOND" bridge <<< "$(with "$BRIDGE" '.ipam.subnet = "10.5.0.0/30"')"
	printf 'dead\r\neth0\r\n00000000-0000-0000-0000-000000000000' > "$f"
	ip -n "$INSIDE" link delete eth0
	cni ADD "$SECOND" bridge <<< "$(with "$BRIDGE" '.ipam.subnet = "10.5.0.0/30"')" > /dev/null
	cni DEL "$SECOND" bridge <<< "$BRIDGE"
	cni DEL "$INSIDE" bridge <<< "$BRIDGE"
}

@test "twenty at once" {
	local i ns pids=()

	for i in {1..20}; do
		netns_new "C$i"
		ns=C$i
		cni ADD "${!ns}" bridge <<< "$BRIDGE" > "$WORK/$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[[ $(jq -r '.ips[0].address' "$WORK"/[0-9]* | sort -u | wc -l) -eq 20 ]]
	pids=()
	for i in {1..20}; do
		ns=C$i
		cni DEL "${!ns}" bridge <<< "$BRIDGE" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
}

@test "killed at any moment, DEL leaves nothing" {
	local conf n

	conf=$(with "$BRIDGE" '.runtimeConfig = {portMappings: [{hostPort: 8080, containerPort: 80}]}')
	for n in {1..40..3}; do
		# the n-th message to the kernel is the last thing that it does
		CNI_COMMAND=ADD CNI_CONTAINERID=$INSIDE CNI_IFNAME=eth0 CNI_NETNS=/run/netns/$INSIDE host \
			strace -qq -o /dev/null -e "inject=sendto:signal=KILL:when=$n" "$PLUGINS/bridge" <<< "$conf" > /dev/null || :
		cni DEL "$INSIDE" bridge <<< "$conf"
		[[ -z $(links "$INSIDE") ]]
		cni_clean
	done
}
