#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# netctl portmap: HOST has a bridge with the container INSIDE (10.1.0.2) and a neighbour (10.1.0.3) on
# it, and a wire to CLIENT (192.0.2.2). The peers tell each other whose address they see.

load helpers

PEER=$BATS_TEST_DIRNAME/peer.py

# port NAMESPACE NAME IPV4 IPV6: onto the bridge, as a plugin would do it
port()
{
	local ns=$1 name=$2

	ip -n "$HOST" link add "$name" master br0 up type veth peer name eth0 netns "$ns"
	ip -n "$HOST" link set "$name" type bridge_slave hairpin on
	ip -n "$ns" link set eth0 up
	ip -n "$ns" addr add "$3" dev eth0
	ip -n "$ns" addr add "$4" dev eth0 nodad
	ip -n "$ns" route add default via 10.1.0.1
	ip -n "$ns" -6 route add default via fd01::1
}

test_setup()
{
	local ns

	netns_new NEIGHBOUR
	netns_new CLIENT
	# Nobody is to wait for duplicate address detection.
	for ns in "$HOST" "$INSIDE" "$NEIGHBOUR" "$CLIENT"; do
		at "$ns" sysctl -q -w net.ipv6.conf.default.accept_dad=0
	done
	ip -n "$HOST" link add br0 up type bridge
	ip -n "$HOST" addr add 10.1.0.1/24 dev br0
	ip -n "$HOST" addr add fd01::1/64 dev br0 nodad
	port "$INSIDE" c0 10.1.0.2/24 fd01::2/64
	port "$NEIGHBOUR" n0 10.1.0.3/24 fd01::3/64
	ip -n "$HOST" link add wire0 up type veth peer name eth0 netns "$CLIENT"
	ip -n "$CLIENT" link set eth0 up
	ip -n "$HOST" addr add 192.0.2.1/24 dev wire0
	ip -n "$HOST" addr add 2001:db8::1/64 dev wire0 nodad
	ip -n "$CLIENT" addr add 192.0.2.2/24 dev eth0
	ip -n "$CLIENT" addr add 2001:db8::2/64 dev eth0 nodad
}

is_served() { at "$1" ss -Hln"${2:0:1}" "sport = :$3" | grep -q .; }

# serve NAMESPACE PROTOCOL ADDRESS PORT
serve()
{
	background nsenter --net="/run/netns/$1" python3 "$PEER" serve "$2" "$3" "$4"
	wait_for 10 is_served "$1" "$2" "$4"
}

ask() { at "$1" python3 "$PEER" ask "${@:2}"; }
tables() { host nft list tables; }

@test "a port leads from everywhere to the container, over TCP" {
	serve "$INSIDE" tcp 0.0.0.0 80
	netctl portmap add --to 10.1.0.2/24 web 8080:80
	[[ $(ask "$CLIENT" tcp 192.0.2.1 8080) == "192.0.2.2 80" ]]
	[[ $(ask "$HOST" tcp 192.0.2.1 8080) == "192.0.2.1 80" ]]
	[[ $(ask "$HOST" tcp 127.0.0.1 8080) == "10.1.0.1 80" ]]
	[[ $(ask "$INSIDE" tcp 192.0.2.1 8080) == "10.1.0.1 80" ]]
	[[ $(ask "$INSIDE" tcp 10.1.0.1 8080) == "10.1.0.1 80" ]]
	[[ $(ask "$NEIGHBOUR" tcp 192.0.2.1 8080) == "10.1.0.1 80" ]]
	netctl portmap del web
	run ! ask "$CLIENT" tcp 192.0.2.1 8080
	run ! ask "$HOST" tcp 127.0.0.1 8080
}

@test "over UDP, and a range" {
	serve "$INSIDE" udp 10.1.0.2 5002
	netctl portmap add --to 10.1.0.2/24 dns 4000-4005:5000-5005/udp
	[[ $(ask "$CLIENT" udp 192.0.2.1 4002) == "192.0.2.2 5002" ]]
	[[ $(ask "$HOST" udp 127.0.0.1 4002) == "10.1.0.1 5002" ]]
	netctl portmap del dns
}

@test "over IPv6" {
	serve "$INSIDE" tcp :: 80
	netctl portmap add --to fd01::2/64 web 8080:80
	[[ $(ask "$CLIENT" tcp 2001:db8::1 8080) == "2001:db8::2 80" ]]
	[[ $(ask "$HOST" tcp 2001:db8::1 8080) == "2001:db8::1 80" ]]
	[[ $(ask "$INSIDE" tcp 2001:db8::1 8080) == "fd01::1 80" ]]
	fails 'from ::1' netctl portmap add --to fd01::2/64 web '[::1]:8081:80'
	netctl portmap del web
}

@test "forwarding IPv6 costs the host no route that a router told it of" {
	accept_ra() { host cat "/proc/sys/net/ipv6/conf/$1/accept_ra"; }

	wire eth0
	ip -n "$HOST" -6 route add 2001:db8:7::/64 via fe80::7 dev eth0 proto ra
	[[ $(accept_ra eth0) == 1 && $(accept_ra c0) == 1 ]]
	netctl portmap add --to fd01::2/64 web 8080:80
	[[ $(host cat /proc/sys/net/ipv6/conf/all/forwarding) == 1 ]]
	[[ $(accept_ra eth0) == 2 && $(accept_ra c0) == 1 && $(accept_ra default) == 1 ]]
	netctl portmap del web
}

@test "both families in one call" {
	serve "$INSIDE" tcp :: 80
	netctl portmap add --to 10.1.0.2/24 --to fd01::2/64 web 8080:80
	[[ $(ask "$CLIENT" tcp 2001:db8::1 8080) == "2001:db8::2 80" ]]
	[[ $(ask "$CLIENT" tcp 192.0.2.1 8080) == "::ffff:192.0.2.2 80" ]]
	netctl portmap del web
}

@test "a host address limits it" {
	serve "$INSIDE" tcp 0.0.0.0 80
	netctl portmap add --to 10.1.0.2/24 web 127.0.0.1:8080:80 192.0.2.1:8081:80
	[[ $(ask "$HOST" tcp 127.0.0.1 8080) == "10.1.0.1 80" ]]
	[[ $(ask "$CLIENT" tcp 192.0.2.1 8081) == "192.0.2.2 80" ]]
	run ! ask "$CLIENT" tcp 192.0.2.1 8080
	run ! ask "$HOST" tcp 127.0.0.1 8081
	netctl portmap del web
}

@test "nobody on the network reaches 127.0.0.1" {
	serve "$HOST" tcp 127.0.0.1 99
	netctl portmap add --to 10.1.0.2/24 web 8080:80
	ip -n "$INSIDE" route add 127.0.0.1/32 via 10.1.0.1 table 7
	ip -n "$INSIDE" rule add pref 1 to 127.0.0.1 lookup 7
	ip -n "$INSIDE" rule add pref 2 lookup local
	ip -n "$INSIDE" rule delete pref 0
	inside sysctl -q -w net.ipv4.conf.all.route_localnet=1
	run ! ask "$INSIDE" tcp 127.0.0.1 99
	netctl portmap del web
}

@test "masquerade is for what leaves, and for its container only" {
	serve "$CLIENT" tcp 0.0.0.0 7
	serve "$NEIGHBOUR" tcp 10.1.0.3 7
	serve "$HOST" tcp 127.0.0.1 7
	ip -n "$CLIENT" route add 10.1.0.0/24 via 192.0.2.1
	netctl portmap add --masquerade --to 10.1.0.2/24 web
	[[ $(ask "$INSIDE" tcp 192.0.2.2 7) == "192.0.2.1 7" ]]
	[[ $(ask "$INSIDE" tcp 10.1.0.3 7) == "10.1.0.2 7" ]]
	[[ $(ask "$NEIGHBOUR" tcp 192.0.2.2 7) == "10.1.0.3 7" ]]
	[[ $(ask "$HOST" tcp 127.0.0.1 7) == "127.0.0.1 7" ]]
	netctl portmap del web
	[[ $(ask "$INSIDE" tcp 192.0.2.2 7) == "10.1.0.2 7" ]]
}

@test "a UDP sender that goes on notices that a port is mapped, and is not" {
	local from to

	serve "$INSIDE" udp 10.1.0.2 53
	serve "$HOST" udp 192.0.2.1 53
	coproc SENDER { exec nsenter --net="/run/netns/$CLIENT" python3 "$PEER" ask udp 192.0.2.1 53 3 3>&-; }
	from=${SENDER[0]} to=${SENDER[1]}
	BACKGROUND+=("$SENDER_PID")
	read -r -t 10 -u "$from"
	[[ $REPLY == "192.0.2.2 53" ]]
	netctl portmap add --to 10.1.0.2/24 dns 53:5353/udp
	echo >&"$to"
	read -r -t 10 -u "$from"
	[[ $REPLY == "no answer"* ]]
	netctl portmap del dns
	echo >&"$to"
	read -r -t 10 -u "$from"
	[[ $REPLY == "192.0.2.2 53" ]]
}

@test "a taken port is refused, and its holder named" {
	netctl portmap add --to 10.1.0.2/24 web 8080:80
	fails 'host port 8080/tcp is taken by web, for port 80 of 10.1.0.2' \
		netctl portmap add --to 10.1.0.3/24 other 8080:80
	fails 'taken by web' netctl portmap add --to 10.1.0.3/24 other 8000-8100:8000-8100
	fails 'taken by web' netctl portmap add --to 10.1.0.3/24 other 127.0.0.1:8080:80
	fails 'taken by web' netctl portmap add --to 10.1.0.2/24 web 8080:81
	netctl portmap add --to 10.1.0.3/24 other 8080:80/udp
	[[ $(netctl --json portmap list | jq -c '[.[] | [.owner, .protocol, .host_port]]') == \
		'[["other","udp",8080],["web","tcp",8080]]' ]]
	netctl portmap del web
	netctl portmap del other
}

@test "once more is no error, and changes nothing" {
	local before

	netctl portmap add --masquerade --to 10.1.0.2/24 web 8080:80
	before=$(host nft list table inet runlet)
	netctl portmap add --masquerade --to 10.1.0.2/24 web 8080:80
	[[ $(host nft list table inet runlet) == "$before" ]]
	netctl portmap del web
	netctl portmap del web
	[[ -z $(netctl portmap list) ]]
}

@test "list" {
	netctl portmap add --masquerade --to 10.1.0.2/24 --to fd01::2/64 web 127.0.0.1:8000-8009:9000-9009
	netctl portmap add --to 10.1.0.3/24 other 53:53/udp
	run -0 netctl portmap list
	[[ $(tr -s ' ' <<< "$output") == "other 53:53/udp to 10.1.0.3
web masquerade 10.1.0.2
web masquerade fd01::2
web 127.0.0.1:8000-8009:9000-9009/tcp to 10.1.0.2" ]]
	[[ $(netctl portmap list other | wc -l) -eq 1 ]]
	[[ $(netctl --json portmap list web | jq -c '.[2]') == '{"owner":"web","container_ip":"10.1.0.2","protocol":"tcp","host_ip":"127.0.0.1","host_port":8000,"container_port":9000,"range":10}' ]]
	netctl portmap del other
	[[ $(netctl portmap list | wc -l) -eq 3 ]]
	netctl portmap del web
}

@test "twenty at once" {
	local i pids=()

	for i in {1..20}; do
		netctl portmap add --masquerade --to "10.1.0.$((i + 10))/24" "c$i" $((8000 + i)):80 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[[ $(netctl portmap list | wc -l) -eq 40 ]]
	pids=()
	for i in {1..20}; do
		netctl portmap del "c$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[[ -z $(netctl portmap list) ]]
}

@test "bad calls change nothing" {
	fails 'to is missing' netctl portmap add web 80:80
	fails 'neither a port map' netctl portmap add --to 10.1.0.2/24 web
	fails 'port map "80"' netctl portmap add --to 10.1.0.2/24 web 80
	fails 'not tcp or udp' netctl portmap add --to 10.1.0.2/24 web 80:80/sctp
	fails 'no address of that family' netctl portmap add --to 10.1.0.2/24 web '[fd00::1]:80:80'
	fails 'no owner' netctl portmap add --to 10.1.0.2/24 'a"b' 80:80
	fails 'no address of a container' netctl portmap add --to 127.0.0.1 web 80:80
	fails '4096' netctl portmap add --to 10.1.0.2/24 web 1-60000:1-60000
	[[ -z $(tables) ]]
}

@test "without rights: one line" {
	fails 'ermi|ermitted' host setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all \
		"$NETCTL_BIN" --state-dir "$WORK/no" portmap add --to 10.1.0.2/24 web 80:80
	[[ -z $(tables) ]]
}

@test "a flushed ruleset is no obstacle" {
	serve "$INSIDE" tcp 0.0.0.0 80
	netctl portmap add --to 10.1.0.2/24 web 8080:80
	host nft flush ruleset
	netctl portmap del web
	netctl portmap add --to 10.1.0.2/24 web 8080:80
	[[ $(ask "$CLIENT" tcp 192.0.2.1 8080) == "192.0.2.2 80" ]]
	netctl portmap del web
}
