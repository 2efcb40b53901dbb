#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# macvlan, veth, bridge, vlan, ipvlan, dummy: add and del.
load helpers

# has NAMESPACE NAME EXPRESSION: jq says so of what `ip` shows of an interface
has() { [[ $(link_json "$1" "$2" | jq "$3") == true ]] || { link_json "$1" "$2"; return 1; }; }
ping_from() { at "$1" busybox ping -c 1 -W 2 "$2" > /dev/null; }

@test "macvlan: born in the container under its name, with MAC, MTU, address and route" {
	wire
	# The name is taken on the host, which must not matter.
	netctl macvlan add --parent eth0 --netns "$INSIDE" --mac 02:00:00:00:00:07 --mtu 1400 \
		--address 10.0.0.7/24 --address fd00::7/64 --gateway 10.0.0.1 eth0
	has "$INSIDE" eth0 '.address == "02:00:00:00:00:07" and .mtu == 1400 and
		(.flags | index("UP")) != null and .linkinfo.info_kind == "macvlan" and
		.linkinfo.info_data.mode == "bridge"'
	[[ $(ip -n "$INSIDE" -json route show default | jq -r '.[0].gateway') == 10.0.0.1 ]]
	[[ $(ip -n "$INSIDE" -json addr show dev eth0 | jq '[.[0].addr_info[] | select(.scope == "global")] | length') == 2 ]]
	[[ $(links "$HOST") == eth0 ]]
	netctl macvlan del --netns "$INSIDE" eth0
	[[ -z $(links "$INSIDE") ]]
}

@test "macvlan: every mode" {
	local mode

	wire
	for mode in bridge private vepa passthru; do
		netctl macvlan add --parent eth0 --mode $mode mv0
		has "$HOST" mv0 ".linkinfo.info_data.mode == \"$mode\""
		netctl macvlan del mv0
	done
}

@test "macvlan: two containers on a parent reach each other, and the network behind it" {
	wire
	netns_new OTHER
	ip -n "$LAN" addr add 10.0.0.1/24 dev eth0x
	netctl macvlan add --parent eth0 --netns "$INSIDE" --address 10.0.0.7/24 eth0
	netctl macvlan add --parent eth0 --netns "$OTHER" --address 10.0.0.8/24 eth0
	ping_from "$INSIDE" 10.0.0.8
	ping_from "$OTHER" 10.0.0.1
}

@test "macvlan: by the namespace's path, and by the pid of a process in it" {
	wire
	netctl macvlan add --parent eth0 --netns "/run/netns/$INSIDE" a
	background_at "$INSIDE" sleep 100
	netctl macvlan add --parent eth0 --pid "$BG" b
	[[ $(links "$INSIDE") == 'a b' ]]
}

@test "macvlan: what is refused, and leaves nothing" {
	wire
	fails 'interface "nix": does not exist' netctl macvlan add --parent nix x
	fails 'parent "lo": is the loopback' netctl macvlan add --parent lo x
	fails 'parent "a/b": not an interface' netctl macvlan add --parent a/b x
	fails '"sixteen-letters-": an interface.s name has at most 15' netctl macvlan add --parent eth0 sixteen-letters-
	fails '--parent: has to be given' netctl macvlan add x
	fails 'an interface of that name exists' netctl macvlan add --parent eth0 eth0
	fails 'a multicast address' netctl macvlan add --parent eth0 --mac 01:00:5e:00:00:01 x
	fails 'all zero' netctl macvlan add --parent eth0 --mac 00:00:00:00:00:00 x
	fails 'MTU 67: not from' netctl macvlan add --parent eth0 --mtu 67 x
	fails 'needs a prefix length' netctl macvlan add --parent eth0 --address 10.0.0.7 x
	fails 'network.s own address' netctl macvlan add --parent eth0 --address 10.0.0.0/24 x
	fails 'network.s own address or its broadcast' netctl macvlan add --parent eth0 --address 10.0.0.255/24 x
	fails 'in no address.s subnet' netctl macvlan add --parent eth0 --address 10.0.0.7/24 --gateway 10.0.1.1 x
	fails 'is the address itself' netctl macvlan add --parent eth0 --address 10.0.0.7/24 --gateway 10.0.0.7 x
	fails 'no such file' netctl macvlan add --parent eth0 --netns nix x
	fails 'not a network namespace' netctl macvlan add --parent eth0 --netns /proc/self/ns/uts x
	fails 'not a network namespace' netctl macvlan add --parent eth0 --netns /dev/null x
	fails 'no process 4194303' netctl macvlan add --parent eth0 --pid 4194303 x
	fails 'only one of' netctl macvlan add --parent eth0 --pid 1 --netns x x
	[[ $(links "$HOST") == eth0 ]]
}

@test "macvlan: a MAC address that is in use on the parent" {
	wire
	netctl macvlan add --parent eth0 --mac 02:00:00:00:00:07 a
	fails 'address already in use' netctl macvlan add --parent eth0 --mac 02:00:00:00:00:07 b
	[[ $(links "$HOST") == 'eth0 a' ]]
}

@test "macvlan: a parent that is used up by passthru, or is a bridge's port" {
	wire
	netctl macvlan add --parent eth0 --mode passthru a
	fails 'macvlan b: its parent has a passthru child' netctl macvlan add --parent eth0 b
	netctl macvlan del a
	netctl bridge add br0
	netctl bridge add-port br0 eth0
	fails 'macvlan b: its parent is used otherwise, as a port' netctl macvlan add --parent eth0 b
	[[ $(links "$HOST") == 'eth0 br0' ]]
}

@test "an address that cannot be set undoes the interface" {
	wire
	inside sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'
	fails 'add address fd00::7/64: ' netctl macvlan add --parent eth0 --netns "$INSIDE" \
		--address 10.0.0.7/24 --address fd00::7/64 eth0
	[[ -z $(links "$INSIDE") ]]
	fails 'add address fd00::7/64: ' netctl veth add vi1 eth0 --netns "$INSIDE" --address fd00::7/64
	[[ -z $(links "$INSIDE") && $(links "$HOST") == eth0 ]]
}

@test "del takes no interface of another kind, and one that is not there only with --if-exists" {
	wire
	fails 'interface "eth0": is no macvlan' netctl macvlan del eth0
	fails 'interface "x": does not exist' netctl macvlan del x
	netctl macvlan del --if-exists x
	[[ $(links "$HOST") == eth0 ]]
}

@test "veth: a pair on a bridge, host and container reach each other" {
	netctl bridge add br0 --address 10.1.0.1/24
	netctl veth add vi100 eth0 --bridge br0 --netns "$INSIDE" --mac 02:00:00:00:00:09 --mtu 1300 \
		--address 10.1.0.2/24 --gateway 10.1.0.1
	has "$HOST" vi100 '.master == "br0" and .mtu == 1300 and (.flags | index("UP")) != null'
	has "$INSIDE" eth0 '.address == "02:00:00:00:00:09" and .mtu == 1300'
	ping_from "$INSIDE" 10.1.0.1
	ping_from "$HOST" 10.1.0.2
	netctl veth del vi100
	[[ -z $(links "$INSIDE") && $(links "$HOST") == br0 ]]
}

@test "veth: names that are taken at either end, and what else is refused" {
	wire
	netctl veth add a eth0 --netns "$INSIDE"
	fails 'veth a: this name or its peer.s, x, is taken' netctl veth add a x --netns "$INSIDE"
	fails 'veth b: this name or its peer.s, eth0, is taken' netctl veth add b eth0 --netns "$INSIDE"
	fails 'interface "nix": does not exist' netctl veth add b x --bridge nix
	fails 'bridge "a": is no bridge' netctl veth add b x --bridge a
	fails 'not an interface.s name' netctl veth add b ../x
	[[ $(links "$HOST") == 'eth0 a' && $(links "$INSIDE") == eth0 ]]
	netctl veth del eth0 --netns "$INSIDE"
	[[ $(links "$HOST") == eth0 ]]
}

shows_ports() { [[ $(netctl bridge show) == *'br0: '*', mtu 1400, stp'*$'\ta: up'* ]]; }

@test "bridge: add, show, ports, del" {
	wire a
	wire b
	netctl bridge add br0 --stp --mtu 1400 --mac 02:00:00:00:00:0b
	has "$HOST" br0 '.mtu == 1400 and .address == "02:00:00:00:00:0b" and
		.linkinfo.info_data.stp_state == 1'
	netctl bridge add-port br0 a
	netctl bridge add-port br0 a
	netctl bridge add-port br0 b
	[[ $(netctl bridge show --json br0 | jq -c '.[0] | [.name, .stp, .vlan_filtering, (.ports | sort)]') == \
		'["br0",true,false,["a","b"]]' ]]
	# Kept, though the ports have 1500. The kernel tells of a carrier a moment later.
	has "$HOST" br0 '.mtu == 1400'
	wait_for 5 shows_ports
	netctl bridge add br1
	fails 'interface "a": is a port of br0' netctl bridge add-port br1 a
	netctl bridge add-port --force br1 a
	fails 'interface "a": is no port of br0' netctl bridge del-port br0 a
	netctl bridge del-port br0 b
	fails 'interface "a": is no bridge' netctl bridge show a
	fails 'interface "b": is no bridge' netctl bridge add-port b a
	netctl bridge del br0
	netctl bridge del br1
	[[ $(links "$HOST") == 'a b' ]]
}

@test "bridge: VLAN filtering, or that this kernel has none" {
	if ip -n "$HOST" link add probe0 type bridge vlan_filtering 1 2> /dev/null; then
		netctl bridge add br0 --vlan-filtering
		has "$HOST" br0 '.linkinfo.info_data.vlan_filtering == 1'
	else
		fails 'not supported by this kernel with VLAN filtering' netctl bridge add br0 --vlan-filtering
		! has_link "$HOST" br0
	fi
}

@test "bridge: one that is there" {
	wire
	netctl bridge add br0
	fails 'an interface of that name exists' netctl bridge add br0
	netctl bridge add --may-exist br0
	fails 'interface "eth0": is there, but is no bridge' netctl bridge add --may-exist eth0
}

# What this kernel has not says so; what it has works.
kind()
{
	local kind=$1

	shift
	if ip -n "$HOST" link add probe0 "${PROBE[@]}" 2> /dev/null; then
		ip -n "$HOST" link delete probe0
		netctl "$kind" add "$@" x0
		has "$HOST" x0 ".linkinfo.info_kind == \"$kind\""
		netctl "$kind" del x0
	else
		fails "$kind x0: not supported by this kernel" netctl "$kind" add "$@" x0
	fi
	! has_link "$HOST" x0
}

@test "vlan" {
	wire
	PROBE=(link eth0 type vlan id 5)
	kind vlan --parent eth0 --id 5
	fails '--id: has to be from 1 to 4094' netctl vlan add --parent eth0 --id 4095 x
	fails '--id: has to be from 1 to 4094' netctl vlan add --parent eth0 x
}

@test "ipvlan" {
	wire
	PROBE=(link eth0 type ipvlan mode l3)
	kind ipvlan --parent eth0 --mode l3
}

@test "dummy" {
	PROBE=(type dummy)
	kind dummy
}

@test "without CAP_NET_ADMIN: a clear error, and reading works" {
	wire
	fails 'needs CAP_NET_ADMIN' as_nobody netctl macvlan add --parent eth0 x
	fails 'needs CAP_NET_ADMIN' as_nobody netctl bridge add br0
	fails 'needs CAP_NET_ADMIN' as_nobody netctl link down eth0
	fails 'needs CAP_NET_ADMIN' as_nobody netctl addr add eth0 10.0.0.1/24
	fails 'needs CAP_NET_ADMIN' as_nobody netctl route add 10.9.0.0/16 --interface eth0
	fails 'needs CAP_SYS_ADMIN' as_nobody netctl link show --netns "$INSIDE"
	[[ $(as_nobody netctl link show --json | jq -r '.[].name' | xargs) == 'lo eth0' ]]
	[[ $(links "$HOST") == eth0 ]]
}

# netctl in HOST by a user with no rights; the program must be where that user can execute it.
as_nobody()
{
	shift
	cp -u "$NETCTL_BIN" "$BATS_RUN_TMPDIR/netctl"
	chmod a+x "$BATS_RUN_TMPDIR"
	host setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$BATS_RUN_TMPDIR/netctl" --state-dir "$STATE" "$@"
}

@test "many at once on one parent and one bridge: every one of them is made and removed" {
	local i pids=()

	wire
	netctl bridge add br0
	for i in {1..12}; do
		netctl macvlan add --parent eth0 --netns "$INSIDE" "m$i" 3>&- &
		pids+=($!)
		netctl veth add "v$i" "e$i" --bridge br0 --netns "$INSIDE" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[[ $(links "$INSIDE" | wc -w) -eq 24 && $(links "$HOST" | wc -w) -eq 14 ]]
	pids=()
	for i in {1..12}; do
		netctl macvlan del --netns "$INSIDE" "m$i" 3>&- &
		pids+=($!)
		netctl veth del --netns "$INSIDE" "e$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[[ -z $(links "$INSIDE") && $(links "$HOST") == 'eth0 br0' ]]
}

@test "what was deleted is gone at once, for whoever looks, and its name free" {
	local i pid

	ip -n "$HOST" link add br0 up type bridge
	wire
	for i in {1..15}; do
		netctl veth add --bridge br0 --netns "$INSIDE" --mac 02:00:00:00:00:01 v0 net0
		netctl macvlan add --parent eth0 --netns "$INSIDE" --mac 02:00:00:00:00:02 net1
		netctl veth del v0
		[[ $(links "$HOST") != *v0* && $(links "$INSIDE") == net1 && -z $(host bridge link show) ]]
		netctl macvlan del --netns "$INSIDE" net1
		[[ -z $(links "$INSIDE") ]]
	done
	fails 'delete it: .*not supported' netctl link delete lo
	# and who waits for the kernel has nothing open of ours: neither a pipe nor a lock
	command -v strace > /dev/null || skip "strace is not installed"
	netctl veth add --netns "$INSIDE" v0 net0
	mkfifo "$WORK/out"
	background eval 'cat "$WORK/out" > "$WORK/copy"; touch "$WORK/ended"'
	host strace -f -o "$WORK/trace" -e trace=sendto,close_range "$NETCTL_BIN" link delete v0 > "$WORK/out" 2> /dev/null
	wait_for 5 test -e "$WORK/ended"
	pid=$(awk '/close_range/ { print $1; exit }' "$WORK/trace")
	grep -A9 "^$pid .*close_range(0" "$WORK/trace" | grep -q "^$pid .*sendto"
}

@test "the same name many times at once: one wins, the others say that it is taken" {
	local i won=0 pids=()

	for i in {1..8}; do
		netctl bridge add br0 2> "$WORK/err$i" 3>&- &
		pids+=($!)
	done
	for i in {1..8}; do
		if wait "${pids[i - 1]}"; then
			((++won))
		else
			[[ $(< "$WORK/err$i") == *'an interface of that name exists'* ]]
		fi
	done
	[[ $won -eq 1 ]]
	pids=()
	for i in {1..8}; do
		netctl bridge add --may-exist br0 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	for i in {1..8}; do
		netctl bridge del --if-exists br0 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]:8}"; do wait "$i"; done
	[[ -z $(links "$HOST") ]]
}

# killed CALL N COMMAND...: netctl, killed at its N-th such system call; fails when it has fewer of them
killed()
{
	local call=$1 n=$2

	shift 2
	run host strace -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
		"$NETCTL_BIN" --state-dir "$STATE" "$@"
	[[ $status -ne 0 ]]
}

@test "killed at any request: what there is, del removes, and the next add works" {
	local call n points=0

	wire
	netctl bridge add br0
	for call in sendto setns; do
		for ((n = 1; ; n++)); do
			killed $call $n macvlan add --parent eth0 --netns "$INSIDE" --address 10.0.0.7/24 --gateway 10.0.0.1 eth0 || break
			netctl macvlan del --if-exists --netns "$INSIDE" eth0
			[[ -z $(links "$INSIDE") && $(links "$HOST") == 'eth0 br0' ]]
			((++points))
		done
		netctl macvlan del --netns "$INSIDE" eth0
		for ((n = 1; ; n++)); do
			killed $call $n veth add --bridge br0 --netns "$INSIDE" --address 10.0.0.7/24 --gateway 10.0.0.1 v0 eth0 || break
			netctl veth del --if-exists v0
			[[ -z $(links "$INSIDE") && $(links "$HOST") == 'eth0 br0' ]]
			((++points))
		done
		netctl veth del v0
	done
	echo "$points points"
	[[ $points -gt 12 ]]
}

@test "del killed at any request: the next one finishes it" {
	local n

	wire
	for ((n = 1; ; n++)); do
		netctl macvlan add --parent eth0 --netns "$INSIDE" eth0
		killed sendto $n macvlan del --netns "$INSIDE" eth0 || break
		netctl macvlan del --if-exists --netns "$INSIDE" eth0
		[[ -z $(links "$INSIDE") ]]
	done
	[[ $n -gt 2 && -z $(links "$INSIDE") ]]
}

# As kernels before 6.14 answer when HOST has an interface of that name: there the new one is renamed.
@test "killed before a new interface has its name: del removes it, and so does the next add" {
	local n born=0
	local inject=(strace -o /dev/null -e "trace=sendto,recvfrom" -e "inject=sendto:error=EEXIST:when=2")
	local add=("$NETCTL_BIN" --state-dir "$STATE" macvlan add --parent eth0 --netns "$INSIDE" eth0)

	wire
	host "${inject[@]}" "${add[@]}"
	[[ $(links "$INSIDE") == eth0 ]]
	netctl macvlan del --netns "$INSIDE" eth0
	for ((n = 1; ; n++)); do
		if host "${inject[@]}" -e "inject=recvfrom:signal=KILL:when=$n" "${add[@]}"; then
			break
		fi
		[[ $(links "$INSIDE") != rlnew* ]] || ((++born))
		if ((n % 2)); then
			netctl macvlan add --parent eth0 --netns "$INSIDE" eth0 2> /dev/null || :
			netctl macvlan del --netns "$INSIDE" eth0
		else
			netctl macvlan del --if-exists --netns "$INSIDE" eth0
		fi
		[[ -z $(links "$INSIDE") ]]
	done
	[[ $born -gt 0 ]]
}
