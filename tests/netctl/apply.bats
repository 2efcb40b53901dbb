#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# apply and diff: a document of desired interfaces.
load helpers
load ovs

test_setup() { wire eth1; wire eth2; }

# doc INTERFACES: the document, as op-dbus has it
doc() { printf '{"version": 1, "plugins": {"lxc": {}, "net": {"interfaces": [%s]}}}\n' "$1" > "$WORK/doc.json"; }
bridge() { doc '{"name": "br0", "type": "bridge", "ports": ["eth1", "wg0"], "driver": "x",
	"ipv4": {"enabled": true, "address": [{"ip": "'"${1:-10.0.0.5}"'", "prefix": 24}], "gateway": "10.0.0.1"},
	"ipv6": {"address": [{"ip": "fd00::5", "prefix": 64}]}},
	{"name": "eth2", "type": "ethernet", "ipv4": {"address": [{"ip": "10.2.0.5", "prefix": 24}]}}'; }
# Everything that a document can change, as `ip` shows it.
state()
{
	ip -n "$HOST" -json link show | jq -cS '[.[] | [.ifname, .master, (.flags | index("UP") != null)]] | sort'
	ip -n "$HOST" -json addr show | jq -cS '[.[] | .ifname as $n | .addr_info[]? | select(.scope == "global") | [$n, .local, .prefixlen]] | sort'
	ip -n "$HOST" -json route show | jq -cS '[.[] | [.dst, .gateway, .dev, .metric]] | sort'
}

@test "diff and --dry-run say what apply does, and change nothing" {
	local before want

	bridge
	before=$(state)
	want='create bridge br0
add port eth1 to br0
bring up br0
add address 10.0.0.5/24 to br0
add default route via 10.0.0.1 on br0
add address fd00::5/64 to br0
add address 10.2.0.5/24 to eth2'
	[[ $(netctl diff "$WORK/doc.json") == "$want" ]]
	[[ $(netctl apply --dry-run "$WORK/doc.json") == "$want" ]]
	[[ $(netctl diff - < "$WORK/doc.json") == "$want" ]]
	[[ $(state) == "$before" ]]
	[[ $(netctl apply "$WORK/doc.json") == "$want" ]]
	[[ $(state) != "$before" ]]
}

@test "the second time there is nothing to do" {
	local after

	bridge
	netctl apply "$WORK/doc.json"
	after=$(state)
	[[ -z $(netctl apply "$WORK/doc.json") && -z $(netctl diff "$WORK/doc.json") ]]
	[[ $(netctl diff --json "$WORK/doc.json" | jq -c '.[0] | [.plugin, (.actions[] | keys[0])]') == '["net","NoOp","NoOp"]' ]]
	[[ $(state) == "$after" ]]
}

@test "as JSON: Create, Modify, NoOp by interface" {
	bridge
	[[ $(netctl --json apply --dry-run "$WORK/doc.json" | jq -c '[.[0].actions[] | [keys[0], .[].resource, (.[].changes | length)]]') == \
		'[["Create","br0",6],["Modify","eth2",1]]' ]]
}

@test "another address keeps the default route; other interfaces are left" {
	bridge
	netctl apply "$WORK/doc.json" > /dev/null
	ip -n "$HOST" route del default
	ip -n "$HOST" route add default via 10.0.0.1 dev br0 metric 7
	ip -n "$HOST" addr add 10.3.0.5/24 dev lo
	bridge 10.0.0.6
	[[ $(netctl apply "$WORK/doc.json") == $'remove address 10.0.0.5/24 from br0\nadd address 10.0.0.6/24 to br0' ]]
	[[ $(ip -n "$HOST" -json route show default | jq -c '.[0] | [.gateway, .metric]') == '["10.0.0.1",7]' ]]
	ip -n "$HOST" addr show dev lo | grep -q 10.3.0.5
	doc '{"name": "br0", "type": "bridge", "ipv4": {"enabled": false}}'
	netctl apply "$WORK/doc.json" > /dev/null
	[[ -z $(ip -n "$HOST" -4 addr show dev br0) && -n $(ip -n "$HOST" -6 addr show dev br0 scope global) ]]
	[[ -z $(ip -n "$HOST" route show default) ]]
	# Ports are never taken away.
	[[ $(link_json "$HOST" eth1 | jq -r .master) == br0 ]]
}

@test "a failure undoes what was done before it" {
	local before

	bridge
	netctl apply "$WORK/doc.json" > /dev/null
	host sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth2/disable_ipv6'
	before=$(state)
	doc '{"name": "br0", "type": "bridge", "ipv4": {"address": [{"ip": "10.0.0.9", "prefix": 24}], "gateway": "10.0.0.2"}},
		{"name": "br1", "type": "bridge", "ports": ["eth2"]},
		{"name": "eth2", "type": "ethernet", "ipv4": {"enabled": false},
		 "ipv6": {"address": [{"ip": "fd01::1", "prefix": 64}]}}'
	fails 'add address fd01::1/64 to eth2: ' netctl apply "$WORK/doc.json"
	[[ $(state) == "$before" ]] || { echo "$before"; echo; state; return 1; }
}

@test "what cannot be is refused before anything is done" {
	local before

	before=$(state)
	doc '{"name": "br0", "type": "bridge", "ports": ["eth1", "eth7"]}'
	fails 'interface "eth7": does not exist' netctl apply "$WORK/doc.json"
	doc '{"name": "eth1", "type": "bridge"}'
	fails 'interface "eth1": is there, but is no bridge' netctl apply "$WORK/doc.json"
	doc '{"name": "br0", "type": "bridge"}, {"name": "br0", "type": "bridge"}'
	fails 'interfaces\[1\].name: "br0" occurs twice' netctl apply "$WORK/doc.json"
	echo '{' > "$WORK/doc.json"
	fails 'doc.json: ' netctl apply "$WORK/doc.json"
	fails 'no such file' netctl apply "$WORK/nix.json"
	fails 'not a regular file|is a directory' netctl apply "$WORK"
	doc '{"name": "ovsbr0", "type": "ovs-bridge"}'
	fails 'db.sock' netctl apply --db "$WORK/db.sock" "$WORK/doc.json"
	[[ $(state) == "$before" ]]
}

@test "killed at any of its requests, apply can be repeated" {
	local n want

	bridge
	netctl apply "$WORK/doc.json" > /dev/null
	want=$(state)
	for n in {1..40..2}; do
		ip -n "$HOST" link delete br0
		ip -n "$HOST" addr flush dev eth2
		if host strace -o /dev/null -e trace=sendto -e "inject=sendto:signal=KILL:when=$n" \
				"$NETCTL_BIN" --state-dir "$STATE" apply "$WORK/doc.json" > /dev/null 2>&1; then
			break
		fi
		netctl apply "$WORK/doc.json" > /dev/null
		[[ $(state) == "$want" ]] || { echo "killed at request $n"; state; return 1; }
	done
	[[ $n -gt 10 && $n -lt 40 ]]
}

@test "twice at once: one waits for the other" {
	local a b

	bridge
	netctl apply "$WORK/doc.json" > "$WORK/a" 3>&- &
	a=$!
	netctl apply "$WORK/doc.json" > "$WORK/b" 3>&- &
	b=$!
	wait $a
	wait $b
	[[ $(cat "$WORK/a" "$WORK/b" | wc -l) -eq 7 ]]
}

@test "dhcp: a client on an interface of the host, once, and none when it is static again" {
	command -v dnsmasq > /dev/null || skip "dnsmasq is not installed"
	ip -n "$LAN" addr add 10.1.0.1/24 dev eth1x
	background_at "$LAN" dnsmasq --no-ping --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --port=0 \
		--pid-file= --dhcp-leasefile="$WORK/leases" --log-facility="$WORK/dnsmasq.log" --interface=eth1x \
		--bind-interfaces --dhcp-authoritative --dhcp-range=10.1.0.100,10.1.0.150,120
	wait_for 5 grep -q 'DHCP, IP range' "$WORK/dnsmasq.log"
	doc '{"name": "eth1", "type": "ethernet", "ipv4": {"enabled": true, "dhcp": true}}'
	[[ $(netctl apply "$WORK/doc.json") == $'start DHCP on eth1' ]]
	wait_for 20 has_address '10.1.0.1..'
	[[ -z $(netctl apply "$WORK/doc.json") ]]
	doc '{"name": "eth1", "type": "ethernet", "ipv4": {"address": [{"ip": "10.9.0.5", "prefix": 24}]}}'
	netctl apply "$WORK/doc.json" | grep -q 'stop DHCP on eth1'
	[[ $(ip -n "$HOST" -4 -json addr show dev eth1 | jq -c '[.[0].addr_info[].local]') == '["10.9.0.5"]' ]]
	[[ -z $(netctl apply "$WORK/doc.json") && -z $(netctl dhcp status) ]]
}

has_address() { ip -n "$HOST" -4 addr show dev eth1 | grep -q "inet $1/"; }

@test "Open vSwitch: a bridge with a port and an internal port, and undone when a later step fails" {
	start_ovs
	doc '{"name": "ovsbr0", "type": "ovs-bridge", "ports": ["eth1", "int1"], "properties": {"datapath_type": "netdev"}},
		{"name": "int1", "type": "ovs-port", "ipv4": {"address": [{"ip": "10.4.0.5", "prefix": 24}]}}'
	[[ $(netctl apply --db "$DB" "$WORK/doc.json") == 'create OVS bridge ovsbr0
add OVS port eth1 to ovsbr0
add OVS port int1 to ovsbr0
bring up ovsbr0
bring up int1
add address 10.4.0.5/24 to int1' ]]
	[[ $(vsctl list-ports ovsbr0 | xargs) == 'eth1 int1' ]]
	ip -n "$LAN" addr add 10.4.0.1/24 dev eth1x
	reaches "$HOST" 10.4.0.1
	[[ -z $(netctl apply --db "$DB" "$WORK/doc.json") ]]
	doc '{"name": "ovsbr1", "type": "ovs-bridge", "ports": ["eth1"]}'
	fails 'interface "eth1": is a port of ovsbr0' netctl apply --db "$DB" "$WORK/doc.json"
	host sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth2/disable_ipv6'
	doc '{"name": "ovsbr1", "type": "ovs-bridge", "ports": ["int2"], "properties": {"datapath_type": "netdev"}},
		{"name": "int2", "type": "ovs-port"},
		{"name": "eth2", "type": "ethernet", "ipv6": {"address": [{"ip": "fd01::1", "prefix": 64}]}}'
	fails 'add address fd01::1/64 to eth2: ' netctl apply --db "$DB" "$WORK/doc.json"
	[[ $(vsctl list-br) == ovsbr0 && $(vsctl list-ports ovsbr0 | xargs) == 'eth1 int1' ]]
}
