#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Internal bridges: the host reaches a container, and nothing else goes in or out.
load helpers

STEPPER=$BATS_TEST_DIRNAME/../faults/stepper

test_setup()
{
	command -v nft > /dev/null || skip "nft is not installed"
	command -v busybox > /dev/null || skip "busybox is not installed"
	netns_new OTHER
	host sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
}

test_teardown()
{
	[[ -n ${OTHER:-} ]] || return 0
	netctl internal del --name a
	netctl internal del --name b
	[[ $(links "$HOST") != *i[bv]??????????? && -z $(host nft list tables) ]]
}

# add NAME NAMESPACE [OPTION]...: what is made is in NAME.json
add() { netctl internal add --name "$1" --netns "$2" --json "${@:3}" > "$WORK/$1.json"; }
of() { jq -r ".$2" "$WORK/$1.json"; }
records() { netctl internal show --json; }

# serve NAMESPACE: answers "hi" on port 80
serve()
{
	background_at "$1" busybox nc -ll -p 80 -e /bin/echo hi
	wait_for 5 listens "$1"
}
listens() { at "$1" busybox netstat -tln | grep -q ':80 '; }
# reaches NAMESPACE ADDRESS
reaches() { [[ $(at "$1" busybox timeout 2 busybox nc -w 1 "$2" 80 < /dev/null 2> /dev/null) == hi ]]; }
cut_off() { ! reaches "$@"; }

@test "the host reaches the container, and the container its host's end" {
	add a "$INSIDE"
	serve "$INSIDE"
	reaches "$HOST" "$(of a address)"
	inside busybox ping -c 1 -W 2 "$(of a host_address)"
	[[ -z $(ip -n "$INSIDE" route show default) && $(links "$INSIDE") == int0 ]]
	[[ $(of a name) == a_internal && $(of a bridge) =~ ^ib[0-9a-f]{11}$ && $(of a host_interface) =~ ^iv[0-9a-f]{11}$ ]]
	[[ $(of a subnet) == 10.213.*/28 ]]
	netctl internal del --name a
	[[ -z $(links "$INSIDE") && -z $(links "$HOST") && $(records | jq length) == 0 ]]
	netctl internal del --name a
}

@test "a damaged record hides no other one, and no other bridge depends on it" {
	add a "$INSIDE"
	add b "$OTHER"
	cp "$STATE/internal/a.json" "$WORK/kept"
	head -c 20 "$WORK/kept" > "$STATE/internal/a.json"
	run -1 --separate-stderr netctl internal show
	[[ $output == b_internal:* && $(wc -l <<< "$output") -eq 1 && $stderr == *internal/a.json:* ]]
	run -1 --separate-stderr netctl internal show --json
	[[ $(jq -c '[.[].container]' <<< "$output") == '["b"]' ]]
	netctl internal del --name b
	host nft list tables | grep -q .	# a's rules stay
	add b "$OTHER"
	[[ $(of b subnet) != "$(jq -r .subnet "$WORK/kept")" ]]
	cp "$WORK/kept" "$STATE/internal/a.json"
}

@test "containers do not reach each other, whatever routes they make and the host forwards" {
	add a "$INSIDE"
	add b "$OTHER"
	serve "$OTHER"
	ip -n "$INSIDE" route add default via "$(of a host_address)"
	ip -n "$OTHER" route add default via "$(of b host_address)"
	reaches "$HOST" "$(of b address)"
	cut_off "$INSIDE" "$(of b address)"
	# Set anew, this switches forwarding on for every interface.
	host sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/ip_forward'
	cut_off "$INSIDE" "$(of b address)"
	# Without our table it would be a way: the test can fail.
	host nft delete table inet netctl_internal
	reaches "$INSIDE" "$(of b address)"
	add a "$INSIDE"
	cut_off "$INSIDE" "$(of b address)"
}

@test "neither out to a network nor in from it, nor to other addresses of the host" {
	wire eth0
	ip -n "$HOST" addr add 10.1.0.5/24 dev eth0
	ip -n "$LAN" addr add 10.1.0.1/24 dev eth0x
	add a "$INSIDE"
	ip -n "$INSIDE" route add default via "$(of a host_address)"
	ip -n "$LAN" route add 10.213.0.0/16 via 10.1.0.5
	serve "$LAN"
	serve "$HOST"
	serve "$INSIDE"
	reaches "$HOST" 10.1.0.1
	cut_off "$INSIDE" 10.1.0.1
	cut_off "$LAN" "$(of a address)"
	cut_off "$INSIDE" 10.1.0.5
	reaches "$INSIDE" "$(of a host_address)"
}

@test "the same subnet the next time, and another where it is taken" {
	local first

	add a "$INSIDE"
	first=$(of a subnet)
	netctl internal del --name a
	add a "$INSIDE"
	[[ $(of a subnet) == "$first" ]]
	netctl internal del --name a
	ip -n "$HOST" link add taken type bridge
	ip -n "$HOST" link set taken up
	ip -n "$HOST" route add "$first" dev taken
	add a "$INSIDE"
	[[ $(of a subnet) != "$first" && $(of a subnet) == 10.213.* ]]
}

@test "a pool of one's own, until it is full" {
	add a "$INSIDE" --pool 172.30.7.0/29 --prefix 30
	add b "$OTHER" --pool 172.30.7.0/29 --prefix 30
	[[ $(of a subnet) == 172.30.7.?/30 && $(of b subnet) == 172.30.7.?/30 && $(of a subnet) != "$(of b subnet)" ]]
	netns_new THIRD
	fails 'c_internal: pool 172.30.7.0/29 has no free subnet of /30' \
		netctl internal add --name c --netns "$THIRD" --pool 172.30.7.0/29 --prefix 30
	[[ -z $(links "$THIRD") && $(records | jq length) == 2 ]]
	fails 'has no subnets of /31' netctl internal add --name c --netns "$THIRD" --prefix 31
	fails 'pool' netctl internal add --name c --netns "$THIRD" --pool 300.0.0.0/8
}

@test "again, and in another namespace, with the same address" {
	local first

	add a "$INSIDE"
	first=$(of a address)
	add a "$INSIDE"
	[[ $(of a address) == "$first" ]]
	ip netns delete "$INSIDE"
	wait_for 5 not_on_host "$(of a host_interface)"
	add a "$OTHER"
	[[ $(of a address) == "$first" && $(links "$OTHER") == int0 ]]
	serve "$OTHER"
	reaches "$HOST" "$first"
}

not_on_host() { [[ $(links "$HOST") != *"$1"* ]]; }

@test "a name that is taken in the container undoes all" {
	ip -n "$INSIDE" link add int0 type bridge
	fails 'a_internal: the container has an interface int0' netctl internal add --name a --netns "$INSIDE"
	[[ -z $(links "$HOST") && $(records | jq length) == 0 && -z $(host nft list tables) ]]
	add a "$INSIDE" --interface other0
	[[ $(links "$INSIDE") == *other0* ]]
	fails "host's own" netctl internal add --name b --netns "$HOST"
}

@test "killed at any moment, and what is left is removed" {
	local n=0 step=${STEP:-15} killed=0

	[[ -x $STEPPER ]] || skip "tests/faults/stepper is not built"
	while :; do
		n=$((n + step))
		host "$STEPPER" -t 20000 -r 4 -w main -n "$n" -k main "$NETCTL_BIN" --state-dir "$STATE" internal add \
			--netns "$INSIDE" --name a > /dev/null 2>&1 4> "$WORK/report"
		grep -q 'hit=-1' "$WORK/report" && break
		killed=$((killed + 1))
		netctl internal del --name a
		[[ -z $(links "$INSIDE") && -z $(links "$HOST") && -z $(records_left) && -z $(host nft list tables) ]] ||
			{ echo "killed at call $n"; return 1; }
	done
	((killed > 10))
}
