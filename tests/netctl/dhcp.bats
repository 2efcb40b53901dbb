#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# DHCP for vNICs, with dnsmasq on the other end of the wire.
load helpers

STEPPER=$BATS_TEST_DIRNAME/../faults/stepper

test_setup()
{
	command -v dnsmasq > /dev/null || skip "dnsmasq is not installed"
	wire eth0
	ip -n "$HOST" addr add 10.1.0.5/24 dev eth0
	ip -n "$LAN" addr add 10.1.0.1/24 dev eth0x
	LIST='[{"name":"net0","parent_interface":"eth0"}]'
	LEASE=$STATE/dhcp/box/net0.lease
	RESOLV=$WORK/resolv.conf
	: > "$RESOLV"
}

test_teardown()
{
	[[ -n ${STATE:-} ]] || return 0
	netctl detach --name box --forget
	[[ -z $(clients) ]]
}

# The clients of this test: what they have in their environment is the path of their record.
clients() { grep -lsa "NETCTL_DHCP=$WORK/" /proc/[0-9]*/environ | cut -d/ -f3; }

# serve [OPTION]...: dnsmasq on the wire, as SERVER
serve()
{
	background_at "$LAN" dnsmasq --no-ping --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --port=0 \
		--pid-file= --dhcp-leasefile="$WORK/leases" --log-facility="$WORK/dnsmasq.log" --log-dhcp --interface=eth0x \
		--bind-interfaces --dhcp-authoritative --dhcp-range="${RANGE:-10.1.0.100,10.1.0.150},120" "$@"
	SERVER=$BG
	wait_for 5 grep -q 'DHCP, IP range' "$WORK/dnsmasq.log"
}

end_server()
{
	kill "$SERVER"
	wait "$SERVER" || :
	: > "$WORK/dnsmasq.log"
}

attach() { netctl attach --netns "$INSIDE" --name box --resolv-conf "$RESOLV" "$@" - <<< "$LIST"; }
addresses() { ip -n "$INSIDE" -json addr show dev net0 | jq -r '.[0].addr_info[] | select(.family == "inet") | "\(.local)/\(.prefixlen)"'; }
mac() { ip -n "$INSIDE" -json link show dev net0 | jq -r '.[0].address'; }
routes() { ip -n "$INSIDE" -json route show proto dhcp | jq -r '.[] | "\(.dst) \(.gateway // "-") \(.metric)"'; }
lease() { jq -r ".$1" "$LEASE"; }
status_of() { netctl dhcp status --name box --json | jq -r ".[0]$1"; }
has_lease() { [[ $(status_of .lease.ip) == 10.* ]]; }
# signals from outside of the client's namespace: pids are the same there
renew() { kill -USR1 "$(clients)"; }

@test "a lease: address, routes, DNS, MTU, and the file that tells" {
	serve --dhcp-option=3,10.1.0.1 --dhcp-option=6,10.1.0.1,9.9.9.9 --dhcp-option=15,lan.example --dhcp-option=26,1400 \
		--dhcp-option=42,10.1.0.9
	attach --json > "$WORK/made"
	[[ $(addresses) == 10.1.0.1??/24 && $(routes) == "default 10.1.0.1 100" ]]
	[[ $(link_json "$INSIDE" net0 | jq .mtu) == 1400 ]]
	[[ $(tail -n 3 "$RESOLV") == $'search lan.example\nnameserver 10.1.0.1\nnameserver 9.9.9.9' ]]
	jq -e --arg ip "$(addresses)" --arg mac "$(mac)" '.interface == "net0" and .ip + "/24" == $ip and .mask == "24" and
		.subnet == "255.255.255.0" and .prefix == 24 and .broadcast == "10.1.0.255" and .router == "10.1.0.1" and
		.dns == "10.1.0.1 9.9.9.9" and .domain == "lan.example" and .mtu == 1400 and .ntpsrv == "10.1.0.9" and
		.lease == 120 and .serverid == "10.1.0.1" and .event == "bound" and .mac == $mac' "$LEASE"
	jq -e --arg ip "$(lease ip)" '.[0] | .dhcp_ip == $ip and .dhcp_gateway == "10.1.0.1" and .dhcp_dns == "10.1.0.1 9.9.9.9"' "$WORK/made"
	[[ $(netctl dhcp status) == "box net0: $(addresses) from 10.1.0.1 for 120 s" ]]
	# The address ends with the lease, whoever is there to take it away.
	ip -n "$INSIDE" -json addr show dev net0 | jq -e '.[0].addr_info[] | select(.family == "inet") | .valid_life_time <= 120'
	netctl detach --name box
	[[ -z $(clients) && ! -e $LEASE && -z $(links "$INSIDE") && ! -s $RESOLV ]]
	grep -q DHCPRELEASE "$WORK/dnsmasq.log"
}

@test "the same MAC and client id the next time, and so the same address" {
	local first id

	serve
	attach
	first="$(mac) $(addresses)"
	id=$(grep -o 'client.*identifier.*' "$WORK/dnsmasq.log" || grep 'option: 61' "$WORK/dnsmasq.log" | sed 's/.*option: 61//' | sort -u)
	netctl detach --name box
	attach
	[[ "$(mac) $(addresses)" == "$first" ]]
	[[ $(awk '{ print $5 }' "$WORK/leases") == 00:62:6f:78:00:6e:65:74:30 ]]
}

@test "classless routes take the place of the router" {
	serve --dhcp-option=3,10.1.0.1 --dhcp-option=121,0.0.0.0/0,10.1.0.2,172.16.0.0/12,10.1.0.3
	attach
	[[ $(routes | sort) == $'172.16.0.0/12 10.1.0.3 100\ndefault 10.1.0.2 100' ]]
	jq -e '.router == "10.1.0.2" and .routes == [{"destination": "172.16.0.0/12", "gateway": "10.1.0.3"}]' "$LEASE"
}

@test "somebody else's route stays, whatever its metric" {
	ip -n "$INSIDE" link add d0 up type bridge
	ip -n "$INSIDE" addr add 10.9.0.1/24 dev d0
	ip -n "$INSIDE" route add default via 10.9.0.2 metric 100
	serve --dhcp-option=3,10.1.0.1
	attach
	[[ $(addresses) == 10.1.0.1??/24 ]]
	[[ $(ip -n "$INSIDE" -json route show default | jq -r '.[] | "\(.gateway) \(.dev) \(.metric)"') == "10.9.0.2 d0 100" ]]
	[[ $(status_of .error) == "default route: somebody else's has metric 100, too" ]]
	# it is ours once nobody else has it
	ip -n "$INSIDE" route del default
	renew
	wait_for 10 lease_event renew
	wait_for 10 eval '[[ $(routes) == "default 10.1.0.1 100" && $(status_of .error) == null ]]'
}

@test "renewal, the server gone, and back" {
	local since

	serve
	attach
	since=$(lease event)
	[[ $since == bound ]]
	renew
	wait_for 10 lease_event renew
	end_server
	renew
	wait_for 10 grep -qs . "/proc/$(clients)/status"
	# Asked a second time without an answer, the client starts anew.
	wait_for 20 gives_up
	[[ -z $(addresses) && $(status_of .running) == true && -z $(netctl show --json | jq -r '.box[0].dhcp_ip // empty') ]]
	wait_for 30 lease_event leasefail
	[[ $(lease error) == lease_failed && $(status_of .lease.ip) == null ]]
	serve
	wait_for 30 has_lease
	[[ $(addresses) == 10.1.0.1??/24 ]]
}

lease_event() { [[ $(lease event 2> /dev/null) == "$1" ]]; }
gives_up()
{
	renew
	[[ ! -e $LEASE ]] || [[ $(lease ip) == null ]]
}

@test "refused by the server (NAK): an address of the new range" {
	serve
	attach
	end_server
	rm -f "$WORK/leases"
	ip -n "$LAN" addr flush dev eth0x
	ip -n "$LAN" addr add 10.2.0.1/16 dev eth0x
	RANGE=10.2.0.100,10.2.0.150 serve
	renew
	wait_for 30 has_new_range
	[[ $(addresses) == 10.2.0.1??/16 ]]
	grep -q DHCPNAK "$WORK/dnsmasq.log"
}

has_new_range() { [[ $(lease ip 2> /dev/null) == 10.2.* ]]; }

@test "hostile options change nothing but a line of error" {
	local pwned=$WORK/pwned

	serve --dhcp-option=3,10.1.0.1 --dhcp-option-force=15,"\$(touch $pwned);\`touch $pwned\`" \
		--dhcp-option-force=12,"a;touch $pwned" --dhcp-option-force=26,20 \
		--dhcp-option-force=121,0.0.0.0/1,10.1.0.9,128.0.0.0/1,10.1.0.9 --dhcp-option-force=6,255.255.255.255
	attach
	[[ $(addresses) == 10.1.0.1??/24 && $(routes) == "default 10.1.0.1 100" ]]
	[[ $(link_json "$INSIDE" net0 | jq .mtu) == 1500 && ! -e $pwned && ! -s $RESOLV ]]
	jq -e '.domain == null and .mtu == null and .dns == null and .routes == null' "$LEASE"
	[[ $(status_of .error) == *'staticroutes: route to 0.0.0.0/1: takes nearly everything'* && $(status_of .error) == *mtu:* ]]
	[[ $(status_of .error | wc -l) -eq 1 ]]
}

# option CODE HEX: as it goes over the wire, its length true
option() { printf '%02x%02x%s' "$1" $((${#2} / 2)) "$2"; }

@test "options of the wrong length, and overlong ones" {
	local long router

	command -v python3 > /dev/null || skip "python3 is not installed"
	long=$(printf 'a%.0s' {1..250} | od -An -v -tx1 | tr -d ' \n')
	router=$(option 3 0a010001)
	# Too short, prefix 33, a name with a line feed, an overlong one, and at last one that goes beyond the message.
	background_at "$LAN" python3 "$BATS_TEST_DIRNAME/hostile_dhcpd.py" eth0x "$router$(option 26 05)$(option 121 210a010000000a010009)$(
		option 6 010203)$(option 15 610a6e616d65736572766572)$(option 12 "$long")$(option 42 ff)2bff01" > "$WORK/ready"
	wait_for 5 grep -q ready "$WORK/ready"
	attach
	[[ $(addresses) == 10.1.0.77/24 && $(routes) == "default 10.1.0.1 100" && ! -s $RESOLV ]]
	jq -e '.domain == null and .dns == null and .routes == null and .ntpsrv == null and .hostname == null' "$LEASE"
	[[ $(link_json "$INSIDE" net0 | jq .mtu) == 1500 ]]
}

@test "routes and subnets of other interfaces are not the server's to take" {
	ip -n "$INSIDE" link add other type bridge
	ip -n "$INSIDE" addr add 10.213.0.2/28 dev other
	ip -n "$INSIDE" link set other up
	serve --dhcp-option=3,10.1.0.1 --dhcp-option=121,10.213.0.1/32,10.1.0.9,0.0.0.0/0,10.1.0.1
	attach
	[[ $(routes) == "default 10.1.0.1 100" ]]
	[[ $(status_of .error) == *'overlaps 10.213.0.0/28'* ]]
	netctl detach --name box
	ip -n "$INSIDE" addr add 10.1.0.77/16 dev other
	fails 'no DHCP lease within' attach --dhcp-wait 1s
	[[ $(links "$INSIDE") == other ]]
}

@test "a stale lease is never reported" {
	serve
	attach
	kill -KILL "$(clients)"
	wait_for 5 no_clients
	[[ -e $LEASE && $(status_of .running) == false && $(status_of .lease) == null ]]
	[[ $(netctl dhcp status) == "box net0: client has ended" ]]
	[[ $(netctl show --json | jq '.box[0].dhcp_ip') == null ]]
	netctl detach --name box
	attach
	sed -i 's/"boot_id": ".*"/"boot_id": "00000000-0000-0000-0000-000000000000"/' "$LEASE"
	[[ $(status_of .running) == true && $(status_of .lease) == null ]]
}

@test "a damaged record hides no other client" {
	serve
	attach
	mkdir -p "$STATE/dhcp/broken" "$STATE/dhcp/-odd"
	echo '{' > "$STATE/dhcp/broken/net0.json"
	run -1 --separate-stderr netctl dhcp status
	[[ $output == "box net0: $(addresses) from 10.1.0.1 for 120 s" && $stderr == *'"-odd"'*"(and 1 more)" && $(wc -l <<< "$stderr") -eq 1 ]]
	rmdir "$STATE/dhcp/-odd"
	run -1 --separate-stderr netctl dhcp status --json
	[[ $(jq -c '[.[].container]' <<< "$output") == '["box"]' && $stderr == *'container broken: DHCP client of net0'* ]]
	# a lease that is damaged hides no other container
	cp "$LEASE" "$WORK/kept"
	echo '{' > "$LEASE"
	netns_new OTHER
	netctl attach --netns "$OTHER" --name other - <<< '[{"name":"net0","parent_interface":"eth0","network_mode":"manual","ip":"10.1.0.20"}]'
	run -1 --separate-stderr netctl show
	[[ $output == other:* && $stderr == *'container box: DHCP client of net0'* ]]
	cp "$WORK/kept" "$LEASE"
	rm -r "$STATE/dhcp/broken"
	netctl detach --name other --forget
}

# spoil HOW: what a container with CAP_NET_ADMIN can do to its interface
spoil()
{
	case $1 in
	deleted) ip -n "$INSIDE" link delete net0 ;;
	renamed) ip -n "$INSIDE" link set net0 down name other ;;
	replaced) ip -n "$INSIDE" link delete net0 && ip -n "$INSIDE" link add net0 type bridge ;;
	mac) ip -n "$INSIDE" link set net0 down address 02:00:00:00:00:99 ;;
	flushed) ip -n "$INSIDE" addr flush dev net0 ;;
	moved) ip -n "$INSIDE" link set net0 netns "$OTHER" ;;
	esac
}

@test "whatever the container does to its interface, detach does the rest" {
	local how

	netns_new OTHER
	serve
	for how in deleted renamed replaced mac flushed moved; do
		attach
		spoil "$how"
		netctl detach --name box || { echo "$how"; return 1; }
		[[ -z $(clients) && -z $(netctl show) && ! -s $RESOLV ]] || { echo "$how"; return 1; }
		for link in $(links "$INSIDE"); do
			ip -n "$INSIDE" link delete "$link"
		done
		ip -n "$OTHER" link delete net0 2> /dev/null || :
	done
}

@test "attaching once more starts a client that has ended" {
	serve
	attach
	first=$(addresses)
	kill -KILL "$(clients)"
	wait_for 5 no_clients
	fails 'it has vNICs, which are to be detached before' attach
	wait_for 30 has_lease
	[[ $(addresses) == "$first" ]]
	fails 'hostname "a b": not a name' netctl dhcp start --netns "$INSIDE" --name box --hostname 'a b' net0
}

no_clients() { [[ -z $(clients) ]]; }

@test "no lease in time is no failure when that is said" {
	attach --dhcp-wait 100ms --dhcp-optional
	[[ $(status_of .running) == true && $(status_of .lease.ip) == null && $(netctl show) == *'(no lease)'* ]]
	serve
	wait_for 30 has_lease
}

@test "a client for an interface that is there" {
	serve --dhcp-option=3,10.1.0.1
	ip -n "$HOST" link add net0 link eth0 netns "$INSIDE" type macvlan mode bridge
	netctl dhcp start --netns "$INSIDE" --name box --wait 10s --metric 7 net0
	[[ $(addresses) == 10.1.0.1??/24 && $(routes) == "default 10.1.0.1 7" ]]
	netctl dhcp stop --name box net0
	[[ -z $(addresses) && -z $(routes) ]]
	netctl dhcp start --netns "$INSIDE" --name box --wait 10s --no-default net0
	[[ $(addresses) == 10.1.0.1??/24 && -z $(routes) ]]
	netctl dhcp stop --name box
	fails 'net0 of box has no DHCP client' netctl dhcp status --name box net0
	end_server
	fails 'no lease within' netctl dhcp start --netns "$INSIDE" --name box --wait 100ms net0
	[[ -z $(clients) ]]
	fails 'not an interface' netctl dhcp start --netns "$INSIDE" --name box ../x
	fails 'interface "nix0": does not exist' netctl dhcp start --netns "$INSIDE" --name box nix0
	fails 'lo is the loopback' netctl dhcp start --netns "$INSIDE" --name box lo
	fails "dhcp-event is what a DHCP client runs" netctl dhcp-event bound
}

@test "a file for DNS that cannot be one is told before there is a client" {
	local start=(netctl dhcp start --netns "$INSIDE" --name box net0 --resolv-conf)

	netctl macvlan add --parent eth0 --netns "$INSIDE" net0
	ln -s "$WORK" "$WORK/link"
	ln -s nowhere "$WORK/symlink"
	fails '"link" is no directory, and symlinks are not followed' "${start[@]}" "$WORK/link/resolv.conf"
	fails 'symlink: is a symlink, which is not followed' "${start[@]}" "$WORK/symlink"
	fails 'is no regular file' "${start[@]}" "$WORK"
	fails 'none/resolv.conf: no such file' "${start[@]}" "$WORK/none/resolv.conf"
	fails 'net0 of box has no DHCP client' netctl dhcp status --name box net0
}

@test "a client holds nothing open that its starter had" {
	local pid

	ip -n "$HOST" link add net0 link eth0 netns "$INSIDE" type macvlan mode bridge
	netctl dhcp start --netns "$INSIDE" --name box net0 20> "$WORK/held"
	pid=$(jq .pid "$STATE/dhcp/box/net0.json")
	[[ $(readlink "/proc/$pid/fd/0") == /dev/null && ! -e /proc/$pid/fd/20 ]]
	netctl dhcp stop --name box
}

@test "a damaged record keeps nothing from ending" {
	ip -n "$HOST" link add net0 link eth0 netns "$INSIDE" type macvlan mode bridge
	netctl dhcp start --netns "$INSIDE" --name box net0
	echo '{' > "$STATE/dhcp/box/a.json"
	netctl dhcp stop --name box
	[[ -z $(clients) && ! -e $STATE/dhcp/box ]]
}

start_and_stop()
{
	local pid pids=()

	for _ in 1 2 3 4; do
		netctl dhcp start --netns "$INSIDE" --name box net0 &
		pids+=("$!")
		netctl dhcp stop --name box net0 &
		pids+=("$!")
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || return 1
	done
}

@test "of starts and ends at once none leaves a client that is not on record" {
	ip -n "$HOST" link add net0 link eth0 netns "$INSIDE" type macvlan mode bridge
	start_and_stop
	start_and_stop
	netctl dhcp stop --name box
	wait_for 5 no_clients
}

@test "an event from anybody but the client does nothing" {
	serve
	attach
	before=$(< "$LEASE")
	inside env NETCTL_DHCP="$STATE/dhcp/box/net0.json" ip=10.1.0.66 mask=24 "$NETCTL_BIN" bound
	[[ $(addresses) != *10.1.0.66* && $(< "$LEASE") == "$before" ]]
	inside env NETCTL_DHCP="$WORK/nowhere/dhcp/box/net0.json" "$NETCTL_BIN" bound
	[[ ! -e $WORK/nowhere ]]
	fails 'not the record of a DHCP client' inside env NETCTL_DHCP=/etc/passwd "$NETCTL_BIN" bound
}

# events EVENT...: of a client for net0 in INSIDE, which this shell plays; each "NAME VARIABLE=VALUE..."
events()
{
	mkdir -p "$STATE/dhcp/box"
	# shellcheck disable=SC2016 # it is for the other shell
	inside bash -uc '
		netctl=$1 record=$2
		shift 2
		start=$(cut -d " " -f 22 "/proc/$$/stat")
		printf "{\"container\":\"box\",\"interface\":\"net0\",\"metric\":100,\"pid\":$$,\"start_time\":%s,\"boot_id\":\"%s\"}" \
			"$start" "$(< /proc/sys/kernel/random/boot_id)" > "$record"
		for event; do
			read -ra words <<< "$event"
			env -i NETCTL_DHCP="$record" "${words[@]:1}" "$netctl" "${words[0]}"
			echo "${words[0]} $?"
		done' bash "$NETCTL_BIN" "$STATE/dhcp/box/net0.json" "$@" 2> "$WORK/errors" > "$WORK/events"
}

@test "another address of the same subnet takes the place of the first, with all its routes" {
	local first="bound ip=10.1.0.7 mask=24 router=10.1.0.1 lease=600"

	ip -n "$HOST" link add net0 link eth0 netns "$INSIDE" type macvlan mode bridge
	events deconfig "$first" "renew ip=10.1.0.8 mask=24 router=10.1.0.2 lease=600"
	[[ $(addresses) == 10.1.0.8/24 && $(routes) == "default 10.1.0.2 100" && $(lease ip) == 10.1.0.8 ]]
	events "$first" "renew ip=10.1.0.7 mask=24 lease=600"
	[[ $(addresses) == 10.1.0.7/24 && -z $(routes) ]]
	events "$first" "renew ip=10.1.0.300 mask=24" "renew ip=10.1.0.9 mask=2" "renew mask=24" "frobnicate ip=10.1.0.9 mask=24"
	[[ $(addresses) == 10.1.0.7/24 && $(routes) == "default 10.1.0.1 100" && $(lease ip) == 10.1.0.7 ]]
	[[ $(< "$WORK/events") == $'bound 0\nrenew 1\nrenew 1\nrenew 1\nfrobnicate 0' ]]
	events "$first" nak deconfig leasefail
	[[ -z $(addresses) && $(lease error) == lease_failed ]]
	rm -r "$STATE/dhcp"
}

@test "killed at any moment, and what is left is detached" {
	local n=0 step=${STEP:-40} killed=0

	[[ -x $STEPPER ]] || skip "tests/faults/stepper is not built"
	serve
	echo "$LIST" > "$WORK/list"
	while :; do
		n=$((n + step))
		host "$STEPPER" -t 20000 -r 4 -w main -n "$n" -k main "$NETCTL_BIN" --state-dir "$STATE" attach --netns "$INSIDE" \
			--name box --resolv-conf "$RESOLV" "$WORK/list" > /dev/null 2>&1 4> "$WORK/report"
		grep -q 'hit=-1' "$WORK/report" && break
		killed=$((killed + 1))
		netctl detach --name box --forget || { echo "killed at call $n"; return 1; }
		[[ -z $(links "$INSIDE") && -z $(records_left) && -z $(clients) && ! -s $RESOLV ]] || { echo "killed at call $n"; return 1; }
	done
	((killed > 5))
}

@test "a detachment that is killed is made good by the next" {
	local n=0 step=${STEP:-25} killed=0

	[[ -x $STEPPER ]] || skip "tests/faults/stepper is not built"
	serve
	while :; do
		n=$((n + step))
		attach > /dev/null
		host "$STEPPER" -t 20000 -r 4 -w main -n "$n" -k main "$NETCTL_BIN" --state-dir "$STATE" detach --name box --forget \
			> /dev/null 2>&1 4> "$WORK/report"
		grep -q 'hit=-1' "$WORK/report" && break
		killed=$((killed + 1))
		netctl detach --name box --forget || { echo "killed at call $n"; return 1; }
		[[ -z $(links "$INSIDE") && -z $(records_left) && -z $(clients) && ! -s $RESOLV ]] || { echo "killed at call $n"; return 1; }
	done
	((killed > 3))
}
