#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Network devices of the host that a container takes over. The "host" is a network namespace of the
# test's own, in which the runtime runs.
load helpers

test_setup()
{
	needs_runlet 'runc 1.1 does not know netDevices'
	# Not by "ip netns", which mounts another /sys.
	env -u "$MARK" unshare --net sleep 1000 3>&- &
	HOST=$!
	wait_for 5 own_net "$HOST"
	outside ip link set lo up
}
test_teardown()
{
	kill "$HOST"
	wait_status "$HOST"
}
own_net() { [[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }
outside() { nsenter --net="/proc/$HOST/ns/net" "$@" 3>&-; }
inside() { nsenter --net="/proc/$INIT/ns/net" "$@" 3>&-; }
runtime() { outside timeout -k 1 30 "$RUNTIME_BIN" --root "$ROOT" "$@"; }

veth() { outside ip link add "$1" type veth peer name "$2"; }
# addresses WHERE DEVICE: sorted, without those that it makes by itself
addresses()
{
	"$1" ip -j addr show dev "$2" |
		jq -r '.[].addr_info[] | select(.local | startswith("fe80") | not) |
			"\(.local)/\(.prefixlen)"' | sort | tr '\n' ' '
}
link() { "$1" ip -j link show dev "$2" | jq -r "$3"; }
# All that is to be seen of a device, but for counters, ages and indexes.
all_of()
{
	outside ip -j -d link show dev "$1" |
		jq -S '.[] | del(.ifindex, .link_index, .stats64, .operstate, .flags) +
			{ up: (.flags | index("UP") != null) }'
	outside ip -j addr show dev "$1" | jq -S '[.[].addr_info[] |
		del(.valid_life_time, .preferred_life_time, .tentative)]'
	outside ip -j route show dev "$1" table all | jq -S '[.[] | del(.flags)]'
	outside ip -6 -j route show dev "$1" table all | jq -S '[.[] | del(.flags) |
		select(.dst | startswith("fe80") or startswith("ff00") | not)] | sort'
}
has() { "$1" ip link show dev "$2" > /dev/null 2>&1; }
lacks() { run ! has "$@"; }

@test "netDevices: a device goes in, with its MAC, MTU and global addresses, and is up" {
	veth net0 net1
	outside ip link set net0 mtu 1400 address 02:00:00:00:00:01
	outside ip addr add 10.1.2.3/24 broadcast 10.1.2.255 dev net0
	outside ip addr add 10.1.2.4/24 dev net0
	outside ip addr add 192.168.7.1 peer 192.168.7.2/32 dev net0
	outside ip addr add fd00::7/64 dev net0 nodad
	outside ip addr add 169.254.3.4/16 dev net0 scope link
	outside ip addr add 10.9.9.9/24 valid_lft 1000 preferred_lft 900 dev net0
	config '.linux.netDevices = { net0: {} }'
	sleeper
	lacks outside net0
	is "$(link inside net0 '.[] | "\(.address) \(.mtu) \(.flags | index("UP") != null)"')" \
		'02:00:00:00:00:01 1400 true'
	is "$(addresses inside net0)" '10.1.2.3/24 10.1.2.4/24 192.168.7.1/32 fd00::7/64 '
	is "$(inside ip -j addr show dev net0 | jq -r '.[].addr_info[] |
		select(.local == "10.1.2.3").broadcast')" 10.1.2.255
	is "$(inside ip -j addr show dev net0 | jq -r '.[].addr_info[] |
		select(.local == "192.168.7.1").address')" 192.168.7.2
	ok runtime delete --force "$ID"
}

@test "netDevices: a new name, up or down before" {
	veth net0 net1
	outside ip link set net1 up
	outside ip addr add 10.1.2.3/24 dev net1
	config '.linux.netDevices = { net0: { name: "eth0" }, net1: { name: "eth1" } }'
	sleeper
	is "$(inside ip -j link | jq -r '[.[].ifname] | sort | join(" ")')" 'eth0 eth1 lo'
	is "$(link inside eth0 '.[].flags | index("UP") != null')" true
	is "$(link inside eth1 '.[].flags | index("UP") != null')" true
	is "$(addresses inside eth1)" '10.1.2.3/24 '
}

@test "netDevices: packets get through" {
	veth net0 net1
	outside ip addr add 10.1.2.1/24 dev net1
	outside ip link set net1 up
	outside ip addr add 10.1.2.3/24 dev net0
	config '.linux.netDevices = { net0: { name: "eth0" } }'
	sleeper
	wait_for 5 outside busybox ping -c 1 -W 1 -q 10.1.2.3
}

@test "netDevices: every kind of device that can move" {
	veth net0 net1
	outside ip link add mac0 link net1 type macvlan mode bridge
	outside ip addr add 10.4.0.1/16 dev mac0
	outside ip tuntap add dev tap0 mode tap
	outside ip addr add 10.5.0.1/16 dev tap0
	config '.linux.netDevices = { mac0: { name: "m" }, tap0: { name: "t" } }'
	sleeper
	is "$(addresses inside m)$(addresses inside t)" '10.4.0.1/16 10.5.0.1/16 '
	is "$(link inside m '.[].flags | index("UP") != null')" true
}

@test "netDevices: a bridge cannot move, and the kernel's reason is told" {
	outside ip link add br0 type bridge
	config '.linux.netDevices = { br0: {} }'
	fails 1 'linux.netDevices.br0: move it to the container: .*invalid argument' run_container
	has outside br0
	nothing_left
}

@test "netDevices: a template" {
	veth net0 net1
	config '.linux.netDevices = { net0: { name: "eth%d" }, net1: { name: "eth%d" } }'
	sleeper
	is "$(inside ip -j link | jq -r '[.[].ifname] | sort | join(" ")')" 'eth0 eth1 lo'
}

@test "netDevices: hooks and sysctls find the device" {
	veth net0 net1
	config '.linux.netDevices = { net0: { name: "eth0" } } |
		.linux.sysctl = { "net.ipv4.conf.eth0.forwarding": "1" } |
		.hooks.createRuntime = [{ path: "/bin/sh", args: ["sh", "-c",
			"nsenter -t $(jq .pid) -n ip link show eth0 > \($out)"] }]' --arg out "$OUT.hook"
	sleeper
	file_has "$OUT.hook" 'eth0'
	is "$(inside cat /proc/sys/net/ipv4/conf/eth0/forwarding)" 1
}

@test "netDevices: into a user namespace" {
	veth net0 net1
	outside ip addr add 10.1.2.3/24 dev net0
	config '.linux.netDevices = { net0: { name: "eth0" } } | .linux |= (
		.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }] |
		.gidMappings = .uidMappings)'
	namespace_add '{"type": "user"}'
	chown -R 100000:100000 "$ROOTFS"
	sleeper
	is "$(addresses inside eth0)" '10.1.2.3/24 '
}

@test "netDevices: into a network namespace that is joined, where it stays" {
	veth net0 net1
	background unshare --net sleep 1000
	wait_for 5 own_net "$BG"
	namespace_drop network
	namespace_add "{\"type\": \"network\", \"path\": \"/proc/$BG/ns/net\"}"
	config '.linux.netDevices = { net0: { name: "eth0" } }'
	sleeper
	has inside eth0
	ok runtime delete --force "$ID"
	nsenter --net="/proc/$BG/ns/net" ip link show dev eth0
}

@test "netDevices: a name that is in use there" {
	veth net0 net1
	background env -u "$MARK" unshare --net sleep 1000
	wait_for 5 own_net "$BG"
	nsenter --net="/proc/$BG/ns/net" ip link add eth0 type veth peer name eth1
	namespace_drop network
	namespace_add "{\"type\": \"network\", \"path\": \"/proc/$BG/ns/net\"}"
	config '.linux.netDevices = { net0: { name: "eth0" } }'
	fails 1 'linux.netDevices.net0: the container has a network device named "eth0" already' \
		run_container
	has outside net0
	config '.linux.netDevices = { net0: { name: "lo" } }'
	fails 1 'named "lo" already' run_container
	has outside net0
	nothing_left
}

@test "netDevices: what cannot be is refused before anything is made" {
	veth net0 net1
	config '.linux.netDevices = { net0: {}, absent: {} }'
	fails 1 'linux.netDevices.absent: the host has no such device' run_container
	config '.linux.netDevices = { lo: {} }'
	fails 1 'linux.netDevices.lo: the loopback device cannot be moved' run_container
	config '.linux.netDevices = { net0: { name: "sixteencharacter" } }'
	fails 1 'linux.netDevices.net0.name: not a network device' run_container
	for name in a/b 'a b' . .. a:b; do
		config '.linux.netDevices = { net0: { name: $n } }' --arg n "$name"
		fails 1 'linux.netDevices.net0.name: not a network device' run_container
	done
	config '.linux.netDevices = { net0: { name: "x" }, net1: { name: "x" } }'
	fails 1 'two devices would be named' run_container
	config '.linux.netDevices = { net0: {} }'
	namespace_drop network
	fails 1 'linux.netDevices: needs a network namespace' run_container
	namespace_add "{\"type\": \"network\", \"path\": \"/proc/$HOST/ns/net\"}"
	fails 1 "linux.netDevices: the container's network namespace is the host's" run_container
	has outside net0
	nothing_left
}

@test "netDevices: after a failing create the host has it back as it was" {
	local before after

	outside ip link add br0 type bridge
	veth net0 net1
	veth net2 net3
	outside ip link set net1 up
	outside ip link set net0 up mtu 1400 master br0
	outside ip addr add 10.1.2.3/24 dev net0
	outside ip addr add 10.1.3.3/24 dev net0 label net0:x
	outside ip addr add 169.254.3.4/16 dev net0 scope link
	outside ip addr add fd00::7/64 dev net0 nodad
	outside ip addr add 10.9.9.9/24 valid_lft 1000 preferred_lft 900 dev net0
	outside ip route add 10.77.0.0/16 via 10.1.2.1 dev net0 metric 7
	outside ip route add default via 10.1.2.1 dev net0
	outside ip route add 10.78.0.0/16 via 10.1.2.1 dev net0 table 99
	outside ip -6 route add fd77::/32 via fd00::1 dev net0
	outside ip addr add 10.8.8.8/24 dev net2
	before=$(all_of net0; all_of net2)
	config '.linux.netDevices = { net0: { name: "a" }, net2: { name: "b" } } |
		.hooks.createRuntime = [{ path: "/bin/false" }]'
	fails 1 'error running createRuntime hook #0' run_container
	after=$(all_of net0; all_of net2)
	is "$after" "$before"
	nothing_left
}

@test "netDevices: one that cannot be moved sends back those that were" {
	local before

	veth net0 net1
	outside ip link set net0 up
	outside ip addr add 10.1.2.3/24 dev net0
	outside ip link add zbr type bridge
	before=$(all_of net0)
	config '.linux.netDevices = { net0: { name: "a" }, zbr: {} }'
	fails 1 'linux.netDevices.zbr' run_container
	is "$(all_of net0)" "$before"
	nothing_left
}

@test "netDevices: a signal during create sends it back" {
	local before

	veth net0 net1
	outside ip link set net0 up
	outside ip addr add 10.1.2.3/24 dev net0
	before=$(all_of net0)
	mkfifo "$WORK/reached"
	config '.linux.netDevices = { net0: { name: "a" } } |
		.hooks.createRuntime = [{ path: "/bin/sh", args: ["sh", "-c",
			"echo > \($f); exec sleep 1000"], timeout: 20 }]' --arg f "$WORK/reached"
	background nsenter --net="/proc/$HOST/ns/net" "$RUNTIME_BIN" --root "$ROOT" create \
		--bundle "$BUNDLE" "$ID" > "$OUT" 2> "$ERR"
	read -r _ < "$WORK/reached"
	lacks outside net0
	kill -TERM "$BG"
	wait_status "$BG"
	[[ $status -ne 0 ]]
	is "$(all_of net0)" "$before"
	nothing_left
}

# stepwise [OPTION...]: create below strace
stepwise()
{
	nsenter --net="/proc/$HOST/ns/net" strace -q -o "$WORK/trace" -e trace=close,socketpair "$@" \
		"$RUNTIME_BIN" --root "$ROOT" create --bundle "$BUNDLE" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null 3>&-
}
socketpairs_are() { [[ $(grep -c '^socketpair' "$WORK/trace") -eq $1 ]]; }

@test "netDevices: a signal that comes before it is heard that they have moved" {
	local before line

	config '.linux.netDevices = { net0: { name: "a" } }'
	veth net0 net1
	stepwise -s 64
	# The second pair is the line to who moves them, whose end is the first that is closed then.
	line=$(awk '/^close/ { n++ } /^socketpair/ && ++p == 2 { print n + 2; exit }' "$WORK/trace")
	ok runtime delete --force "$ID"
	wait_for 5 lacks outside net1

	veth net0 net1
	before=$(all_of net0)
	rm "$WORK/trace"
	background stepwise -e inject=socketpair:delay_enter=500000:when=2 \
		-e inject="close:delay_enter=500000:when=$line"
	wait_for 5 socketpairs_are 2
	kill -TERM "$(pgrep -of "^$RUNTIME_BIN --root $ROOT create")"
	wait_status "$BG"
	is "$status" 1
	file_has "$ERR" 'interrupted by signal'
	is "$(all_of net0)" "$before"
	wait_for 5 nothing_left
}

@test "netDevices: kill -9 of the runtime during create sends it back" {
	local before hook

	veth net0 net1
	outside ip link set net0 up
	outside ip addr add 10.1.2.3/24 dev net0
	before=$(all_of net0)
	mkfifo "$WORK/reached"
	config '.linux.netDevices = { net0: { name: "a" } } |
		.hooks.createRuntime = [{ path: "/bin/sh", args: ["sh", "-c",
			"echo $$ > \($f); exec sleep 1000"], timeout: 20 }]' --arg f "$WORK/reached"
	background nsenter --net="/proc/$HOST/ns/net" "$RUNTIME_BIN" --root "$ROOT" create \
		--bundle "$BUNDLE" "$ID" > "$OUT" 2> "$ERR"
	read -r hook < "$WORK/reached"
	lacks outside net0
	kill -KILL "$BG"
	wait_status "$BG"
	wait_for 5 gone "$hook"
	# It waits for the lock, so that the device is back when it has done.
	ok runtime delete --force "$ID"
	is "$(all_of net0)" "$before"
	wait_for 5 nothing_left
}

@test "netDevices: no process stays behind" {
	veth net0 net1
	config '.linux.netDevices = { net0: {} }'
	sleeper
	is "$(processes_left)" "$INIT"
	is "$(runtime ps --format json "$ID")" "[$INIT]"
}

@test "netDevices: features" {
	is "$(runtime features | jq .linux.netDevices.enabled)" true
}
