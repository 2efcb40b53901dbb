#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What is told of the host's interfaces, and that no flood of changes, and nobody who listens, holds it up.

load helpers

# monitor [OPTION...]: in HOST, its lines in WORK/lines, its pid in MONITOR
monitor()
{
	: > "$WORK/lines"
	background_at "$HOST" "$NETCTL_BIN" monitor --debounce 100ms "$@" \
		> "$WORK/lines" 2> "$WORK/errors"
	MONITOR=$BG
}

# told FILTER: there is a line for which this is true
told() { jq -e -s "any(.[]; $1)" "$WORK/lines" > /dev/null; }
# The last that was told of an interface: last NAME FILTER
last() { jq -e -s "[.[] | select(.type == \"network_change\") | .data | select(.interface == \"$1\")] | last | $2" "$WORK/lines" > /dev/null; }

started() { [[ -s $WORK/lines ]]; }

# end_monitor: told to end, it does, without an error
end_monitor()
{
	kill "$MONITOR"
	wait "$MONITOR"
	[[ ! -s $WORK/errors ]]
}

@test "what there is, and what changes" {
	wire
	wire veth7
	host ip address add 10.3.0.2/24 dev eth0
	host ip route add default via 10.3.0.9 metric 20
	host ip route add default via 10.3.0.1 metric 10
	monitor
	wait_for 5 started
	# Without the loopback, and without what is no container's parent.
	jq -e -s '.[0] | .type == "network_discovery" and (.data | has("timestamp")) and
		(.data.interfaces | map(.interface) == ["eth0"]) and
		(.data.interfaces[0] | .operstate == "up" and .type == "ethernet" and .index > 0 and
			has("timestamp") and .gateway == "10.3.0.1" and .ipv4_addresses == [{
				"address": "10.3.0.2", "prefixlen": 24,
				"subnet": "10.3.0.0/24", "network_address": "10.3.0.0" }])' "$WORK/lines"

	host ip address add 10.4.0.2/16 dev eth0
	wait_for 5 last eth0 '.ipv4_addresses | map(.subnet) == ["10.3.0.0/24", "10.4.0.0/16"]'
	host ip route delete default via 10.3.0.1
	wait_for 5 last eth0 '.gateway == "10.3.0.9"'
	ip -n "$LAN" link set eth0x down
	wait_for 5 last eth0 '.status == "down" and .ipv4_addresses == [] and .gateway == null'
	ip -n "$LAN" link set eth0x up
	wait_for 5 last eth0 '.operstate == "up" and (.ipv4_addresses | length == 2)'
	host ip link set eth0 down
	host ip link set eth0 name eth1
	wait_for 5 last eth0 '.status == "removed"'
	host ip link set eth1 up
	wait_for 5 last eth1 '.operstate == "up"'
	ip -n "$HOST" link delete eth1
	wait_for 5 last eth1 '.status == "removed"'
	end_monitor
}

@test "a change that nobody sees is not told" {
	wire
	monitor
	wait_for 5 started
	host ip link set eth0 mtu 1400
	host ip address add fd00::1/64 dev eth0
	host ip address add 10.3.0.2/24 dev eth0
	wait_for 5 last eth0 '.ipv4_addresses | length == 1'
	[[ $(wc -l < "$WORK/lines") -eq 2 ]]
	end_monitor
}

@test "a bridge's port that leaves is not gone" {
	wire
	host ip link add br0 type bridge
	host ip link set eth0 master br0
	monitor
	wait_for 5 started
	host ip link set eth0 nomaster
	host ip address add 10.3.0.2/24 dev eth0
	wait_for 5 last eth0 '.ipv4_addresses | length == 1'
	if told '.data.status == "removed"'; then false; fi
	end_monitor
}

@test "all interfaces, when that is asked for" {
	wire veth7
	monitor --all
	wait_for 5 started
	told '.data.interfaces | map(.interface) | contains(["lo", "veth7"])'
	end_monitor
}

@test "the end of whoever reads is the end" {
	run -0 timeout 20 bash -c '"$@" | head -n 1' - nsenter --net="/run/netns/$HOST" "$NETCTL_BIN" monitor
	jq -e '.type == "network_discovery"' <<< "$output"
}

# subscriber NAME: writes what the socket says to WORK/NAME
subscriber()
{
	background python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
with open(sys.argv[2], "wb", buffering=0) as out:
    while data := s.recv(65536):
        out.write(data)
' "$WORK/socket" "$WORK/$1"
}

@test "a socket for several, where it is there for each who comes" {
	wire
	monitor --socket "$WORK/socket"
	wait_for 5 test -S "$WORK/socket"
	[[ $(stat -c %a "$WORK/socket") == 600 ]]
	fails 'socket.*somebody else' netctl monitor --socket "$WORK/socket"
	subscriber one
	wait_for 5 test -s "$WORK/one"
	host ip address add 10.3.0.2/24 dev eth0
	wait_for 5 grep -q network_change "$WORK/one"
	subscriber two
	wait_for 5 test -s "$WORK/two"
	jq -e '.data.interfaces[0].ipv4_addresses[0].address == "10.3.0.2"' "$WORK/two"
	host ip address add 10.4.0.2/24 dev eth0
	wait_for 5 grep -q 10.4.0.2 "$WORK/one"
	wait_for 5 grep -q 10.4.0.2 "$WORK/two"
	end_monitor
	[[ ! -e $WORK/socket && ! -s $WORK/lines ]]
	# Each line is one JSON text.
	[[ $(jq -c . "$WORK/one" | wc -l) -eq $(wc -l < "$WORK/one") ]]
}

@test "the socket of one who was killed is taken over" {
	monitor --socket "$WORK/socket"
	wait_for 5 test -S "$WORK/socket"
	kill -KILL "$MONITOR"
	wait "$MONITOR" || :
	killed=$(stat -c %i "$WORK/socket")
	monitor --socket "$WORK/socket"
	wait_for 5 replaced
	end_monitor
	[[ ! -e $WORK/socket ]]
	: > "$WORK/file"
	fails 'file.*no socket' netctl monitor --socket "$WORK/file"
	[[ -f $WORK/file ]]
	fails 'no such file' netctl monitor --socket "$WORK/none/socket"
	fails 'debounce' netctl monitor --debounce=-1s
}

replaced() { [[ $(stat -c %i "$WORK/socket") != "$killed" ]]; }

rss() { awk '/^VmRSS/ { print $2 }' "/proc/$MONITOR/status"; }

# flood N: that often, a link changes; for every 20th time it goes down and up, and for every 100th another
# comes and goes
flood()
{
	local i

	for ((i = 0; i < $1; i++)); do
		echo "link set eth0 alias $i"
		((i % 20)) || printf 'link set eth0 down\nlink set eth0 up\n'
		((i % 100)) || printf 'link add flap%s type veth peer name flop%s\nlink delete flap%s\n' "$i" "$i" "$i"
	done > "$WORK/batch"
	ip -n "$HOST" -batch "$WORK/batch"
}

@test "thousands of changes: it does not grow, and tells how it ends" {
	local before

	wire
	monitor
	wait_for 5 started
	flood 100
	host ip address add 10.3.0.2/24 dev eth0
	wait_for 5 last eth0 '.operstate == "up" and .ipv4_addresses[0].address == "10.3.0.2"'
	before=$(rss)
	flood 2500
	host ip address add 10.4.0.2/24 dev eth0
	wait_for 10 last eth0 '.operstate == "up" and .ipv4_addresses[1].address == "10.4.0.2"'
	echo "$before kB before, $(rss) kB after, $(wc -l < "$WORK/lines") lines"
	(($(rss) <= before + 512))
	# Debounced: nothing like a line for each.
	(($(wc -l < "$WORK/lines") < 1000))

	# The kernel's messages do not fit into its buffer, and are lost.
	kill -STOP "$MONITOR"
	flood 2500
	host ip address add 10.5.0.2/24 dev eth0
	kill -CONT "$MONITOR"
	wait_for 10 last eth0 '.operstate == "up" and .ipv4_addresses[2].address == "10.5.0.2"'
	(($(rss) <= before + 512))
	end_monitor
}
