#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Bridges and ports of Open vSwitch, with Debian's daemons and the datapath in user space.

load helpers
load ovs

@test "bridges and ports are what ovs-vsctl makes and shows" {
	start_ovs
	wire
	ovs add-br "$NETDEV" br0
	ovs add-br "$NETDEV" --external-id 'who=me, "you"' br1
	ovs add-port --tag 10 br0 eth0
	ovs add-port --internal --trunks 5,7,4095 br0 int0
	diff <(ovs show | sort) <(content)
	[[ $(ovs list-br) == "$(vsctl list-br)" && $(ovs list-br) == $'br0\nbr1' ]]
	[[ $(ovs list-ports br0) == "$(vsctl list-ports br0)" && $(ovs list-ports br0) == $'eth0\nint0' ]]
	[[ -z $(ovs list-ports br1) ]]
	[[ $(ovs port-to-br eth0) == br0 && $(vsctl port-to-br eth0) == br0 ]]
	[[ $(vsctl get bridge br1 external_ids:who) == '"me, \"you\""' ]]
	[[ $(vsctl get port int0 trunks) == '[5, 7, 4095]' ]]
	[[ $(vsctl get interface eth0 ofport) -gt 0 ]]
	has_link "$HOST" int0

	ovs del-port br0 int0
	ovs del-port eth0
	ovs del-br br0
	ovs del-br br1
	[[ -z $(vsctl list-br) && -z $(rows Port name) && -z $(rows Interface name) ]]
	wait_for 5 lacks_link "$HOST" int0
}

lacks_link() { if has_link "$@"; then return 1; fi; }

@test "what was made with ovs-vsctl is found and removed" {
	start_ovs
	wire
	vsctl add-br br0 -- set bridge br0 datapath_type=netdev -- \
		add-port br0 eth0 trunks=1,2 -- set port eth0 'external_ids:"a b"="c\"d"'
	diff <(ovs show | sort) <(content)
	[[ $(netctl --json ovs show --db "$DB" |
		jq -c '.bridges[0].ports[] | select(.name == "eth0") | [.tag, .trunks, .external_ids]') \
		== '[null,[1,2],{"a b":"c\"d"}]' ]]
	ovs del-port br0 eth0
	ovs del-br br0
	[[ -z $(vsctl list-br) ]]
}

@test "JSON for programs" {
	start_ovs
	wire
	ovs add-br "$NETDEV" br0
	ovs add-port --tag 7 --container c1 br0 eth0
	[[ $(netctl --json ovs list-br --db "$DB") == '["br0"]' ]]
	[[ $(netctl --json ovs list-ports --db "$DB" br0) == '["eth0"]' ]]
	[[ $(netctl --json ovs port-to-br --db "$DB" eth0) == '"br0"' ]]
	netctl --json ovs show --db "$DB" | jq -e '
		.bridges[0] as $b | $b.name == "br0" and $b.datapath_type == "netdev" and
		($b.ports[] | select(.name == "eth0") |
			.tag == 7 and .trunks == [] and .interfaces[0].ofport > 0 and
			.external_ids == { "runlet": "true", "runlet-container-id": "c1" })'
}

@test "two namespaces reach each other, and a VLAN tag separates them" {
	start_ovs
	netns_new OTHER
	ovs add-br "$NETDEV" br0
	port_pair vi100 "$INSIDE" 10.7.0.1/24
	port_pair vi101 "$OTHER" 10.7.0.2/24
	ovs add-port --container 100 br0 vi100
	ovs add-port --container 101 br0 vi101
	wait_for 10 reaches "$INSIDE" 10.7.0.2
	reaches "$OTHER" 10.7.0.1

	ovs add-port --may-exist --tag 10 br0 vi100
	cannot_reach "$INSIDE" 10.7.0.2
	cannot_reach "$OTHER" 10.7.0.1
	ovs add-port --may-exist --tag 10 br0 vi101
	wait_for 10 reaches "$INSIDE" 10.7.0.2
	[[ $(vsctl get port vi101 external_ids) == '{runlet="true", runlet-container-id="101"}' ]]
}

@test "a port on another bridge is an error that names it, or moved" {
	start_ovs
	wire
	ovs add-br "$NETDEV" br0
	ovs add-br "$NETDEV" br1
	ovs add-port --tag 3 --external-id a=b br0 eth0
	content > "$WORK/before"
	fails 'eth0.*br1.*on bridge br0' ovs add-port br1 eth0
	fails 'eth0.*br1.*on bridge br0' ovs add-port --may-exist br1 eth0
	fails 'eth0.*on bridge br0, not on br1' ovs del-port br1 eth0
	diff "$WORK/before" <(content)

	ovs add-port --force --tag 4 br1 eth0
	[[ $(ovs port-to-br eth0) == br1 && $(vsctl get port eth0 tag) == 4 ]]
	[[ $(vsctl get port eth0 external_ids:a) == b ]]
	[[ -z $(vsctl list-ports br0) ]]
}

@test "what is there already, and what is not" {
	start_ovs
	wire
	ovs add-br "$NETDEV" br0
	fails 'br0.*already' ovs add-br br0
	ovs add-br --may-exist br0
	ovs add-port --tag 5 br0 eth0
	content > "$WORK/before"
	fails 'eth0.*already' ovs add-port br0 eth0
	ovs add-port --may-exist br0 eth0
	ovs add-port --may-exist --tag 5 br0 eth0
	fails 'eth0.*no internal port' ovs add-port --may-exist --internal br0 eth0
	fails 'eth0.*a port of this name already, on bridge br0' ovs add-br "$NETDEV" eth0
	fails "br0.*bridge br0's own" ovs add-port --force br0 br0
	fails "br0.*bridge br0's own" ovs del-port br0 br0
	fails 'no bridge none' ovs del-port none eth0
	fails 'no such bridge' ovs add-port none eth1
	fails 'no such bridge' ovs list-ports none
	fails 'no such bridge' ovs del-br none
	fails 'no such port' ovs del-port br0 none
	fails 'no such port' ovs port-to-br none
	ovs del-br --if-exists none
	ovs del-port --if-exists none
	ovs del-port --if-exists none eth0
	diff "$WORK/before" <(content)
}

@test "names and VLANs that cannot be are refused before the database sees them" {
	start_ovs
	ovs add-br "$NETDEV" br0
	content > "$WORK/before"
	fails 'at most 15' ovs add-br sixteen_letters_
	fails 'not an interface' ovs add-br 'a b'
	fails 'not an interface' ovs add-port br0 '../x'
	fails 'not an interface' ovs add-port br0 'x"}]'
	fails 'empty' ovs add-port br0 ''
	fails 'tag.*4096' ovs add-port --tag 4096 br0 x
	fails 'tag.*-1' ovs add-port --tag=-1 br0 x
	fails 'trunk' ovs add-port --trunks 1,,2 br0 x
	fails 'trunk.*5000' ovs add-port --trunks 1,5000 br0 x
	fails 'KEY=VALUE' ovs add-port --external-id novalue br0 x
	fails 'timeout' ovs add-port --timeout soon br0 x
	diff "$WORK/before" <(content)
}

@test "what ovs-vswitchd cannot use is taken back" {
	start_ovs
	wire
	ovs add-br "$NETDEV" br0
	content > "$WORK/before"
	fails 'none.*br0.*No such device' ovs add-port br0 none
	fails 'sys' ovs add-br --datapath-type nonesuch sys
	diff "$WORK/before" <(content)

	# A port that is there, but without its interface: it is put back where it was.
	ovs add-br "$NETDEV" br1
	ovs add-port --tag 9 --external-id a=b br0 eth0
	ip -n "$HOST" link delete eth0
	vsctl get port eth0 tag external_ids > "$WORK/before"
	fails 'No such device' ovs add-port --force --tag 8 --trunks 1 --external-id c=d br1 eth0
	[[ $(ovs port-to-br eth0) == br0 ]]
	diff "$WORK/before" <(vsctl get port eth0 tag external_ids)
	[[ $(vsctl get port eth0 trunks) == '[]' ]]
	ovs del-port eth0
}

@test "a new database, and no ovs-vswitchd" {
	needs_ovs
	start_ovsdb
	content > "$WORK/before"
	ovs show
	fails 'br0.*ovs-vswitchd has not taken it within 1000 ms' ovs add-br -t 1 br0
	[[ -z $(rows Bridge name) && -z $(rows Port name) ]]

	ovs add-br --no-wait br0
	ovs add-port --no-wait br0 eth0
	fails 'eth1.*ovs-vswitchd has not taken it' ovs add-port -t 1 br0 eth1
	[[ $(ovs list-ports br0) == eth0 ]]
	fails 'eth0.*ovs-vswitchd has not taken it' ovs del-port -t 1 eth0
	[[ -z $(ovs list-ports br0) ]]
	ovs del-br --no-wait br0
	[[ -z $(rows Bridge name) && -z $(rows Port name) && -z $(rows Interface name) ]]
}

@test "no server, a stopped one, and one that dies in the middle" {
	needs_ovs
	fails 'db.sock.*no such file' ovs list-br
	start_ovsdb
	ovs add-br --no-wait br0
	kill -STOP "$(< "$WORK/ovsdb.pid")"
	fails 'does not answer' ovs list-br -t 1
	fails 'does not answer' ovs add-port -t 1 br0 eth0
	kill -CONT "$(< "$WORK/ovsdb.pid")"
	wait_for 5 ovs list-br
	ovs del-port --no-wait --if-exists eth0

	# It is gone while netctl waits for ovs-vswitchd, of which there is none.
	(fails 'eth1.*closed the connection' ovs add-port -t 30 br0 eth1) &
	wait_for 5 has_port eth1
	end ovsdb
	wait $!
	fails 'db.sock.*connection refused' ovs list-br
	start_ovsdb
	ovs del-port --no-wait --if-exists eth1
	ovs del-br --no-wait br0
	[[ -z $(rows Bridge name) && -z $(rows Port name) && -z $(rows Interface name) ]]
}

has_port() { ovs list-ports br0 | grep -qx "$1"; }

# garbage MODE: answers all requests at DB
garbage()
{
	background python3 "$BATS_TEST_DIRNAME/ovsdb_garbage.py" "$DB" "$1"
	wait_for 50 test -S "$DB"
}

@test "a server that sends what is no answer" {
	local mode pattern time

	needs_ovs
	# What comes is refused however long that takes: 17 MB are more than a second's work for a slow machine. Only for
	# what never comes the time has to be short.
	while read -r mode pattern; do
		garbage "$mode"
		time=50
		[[ $pattern != 'does not answer' ]] || time=1
		fails "$pattern" ovs add-br -t "$time" br0 || { echo "in $mode"; return 1; }
		kill "$BG"
		rm -f "$DB"
	done <<- 'EOF'
		bytes not JSON-RPC
		half does not answer
		silent does not answer
		hangup closed the connection
		half-hangup closed the connection
		endless larger than
		deep not JSON-RPC
		other-id does not answer
		no-result without a result
		refusal no such luck
		odd-error without saying why
		not-array is no array
		too-few 0 results for 3 operations
		failed-last resources exhausted: by test
		no-rows overtaken
	EOF
}

@test "a slow server that asks back is answered" {
	needs_ovs
	garbage echo
	[[ $(ovs list-br -t 50) == br7 ]]
}

@test "many at once on one bridge" {
	local i

	start_ovs
	for i in {1..8}; do
		ovs add-br --may-exist "$NETDEV" br0 &
	done
	wait_all
	[[ $(ovs list-br) == br0 ]]
	for i in {1..12}; do
		ip -n "$HOST" link add "p$i" type veth peer name "q$i"
	done
	for i in {1..12}; do
		ovs add-port -t 30 br0 "p$i" &
		ovs add-port -t 30 --may-exist br0 q1 &
	done
	wait_all
	[[ $(ovs list-ports br0 | wc -l) -eq 13 ]]
	for i in {1..12}; do
		ovs del-port -t 30 "p$i" &
		ovs del-port -t 30 --if-exists q1 &
	done
	wait_all
	[[ -z $(ovs list-ports br0) && $(rows Port name | wc -l) -eq 1 ]]
	for i in {1..4}; do
		ovs del-br --if-exists br0 &
	done
	wait_all
	[[ -z $(rows Interface name) ]]
}

# Every background job of this shell, daemons aside, succeeds.
wait_all()
{
	local pid

	for pid in $(jobs -p); do
		wait "$pid"
	done
}

@test "killed at any call to the server: the port or bridge can be removed, and nothing else is left" {
	local n call
	KILLS=0

	start_ovs
	wire
	ovs add-br "$NETDEV" br0
	content > "$WORK/before"
	for call in sendto recvfrom; do
		for n in {1..5}; do
			killed "$call" "$n" add-port br0 eth0
			ovs del-port --if-exists eth0
			diff "$WORK/before" <(content)
			killed "$call" "$n" add-br "$NETDEV" br1
			ovs del-br --if-exists br1
			diff "$WORK/before" <(content)
		done
	done
	[[ $(rows Port name) == br0 && $(rows Interface name) == br0 ]]
	# Each asks, changes and waits, so that there are three of both calls at least.
	((KILLS >= 12))
}

# killed CALL N COMMAND...: at the entry of the N-th such call
killed()
{
	run host strace -qq -o /dev/null -e "inject=$1:signal=KILL:when=$2" \
		"$NETCTL_BIN" ovs "$3" --db "$DB" "${@:4}"
	[[ $status -eq 0 ]] || KILLS=$((KILLS + (status == 137)))
}
