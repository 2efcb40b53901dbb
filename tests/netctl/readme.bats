#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What README.md tells users to type, as it stands there.
load helpers
load ovs

TOP=$BATS_TEST_DIRNAME/../..

test_setup()
{
	command -v dnsmasq > /dev/null || skip "dnsmasq is not installed"
	command -v busybox > /dev/null || skip "busybox is not installed"
	[[ -x $TOP/runlet ]] || skip "runlet is not built"
	wire eth0
	ip -n "$HOST" addr add 10.1.0.5/24 dev eth0
	ip -n "$LAN" addr add 10.1.0.1/24 dev eth0x
	background_at "$LAN" dnsmasq --no-ping --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --port=0 \
		--pid-file= --dhcp-leasefile="$WORK/leases" --log-facility="$WORK/dnsmasq.log" --interface=eth0x \
		--bind-interfaces --dhcp-range=10.1.0.100,10.1.0.150,120
	wait_for 5 grep -q 'DHCP, IP range' "$WORK/dnsmasq.log"
}

# block TEXT: the indented lines of README.md around the first one with TEXT, to the next blank one
block()
{
	awk -v text="$1" '
		/^    / { block = block substr($0, 5) "\n"; if (index($0, text)) found = 1; next }
		found { exit }
		{ block = "" }
		END { printf "%s", block }' "$TOP/README.md"
}

# bundle NAME: in a directory of that name
bundle()
{
	mkdir -p "$WORK/$1/rootfs/bin" "$WORK/$1/rootfs/etc"
	cp "$(command -v busybox)" "$WORK/$1/rootfs/bin/busybox"
	"$TOP/runlet" spec --bundle "$WORK/$1"
	jq '.process.terminal = false | .process.args = ["/bin/busybox", "nc", "-ll", "-p", "8080", "-e", "/bin/busybox", "echo", "hi"] | .root.readonly = false' \
		"$WORK/$1/config.json" > "$WORK/config" && mv "$WORK/config" "$WORK/$1/config.json"
}

# typed SCRIPT: as root on the host, whose /run and paths are the test's own
typed()
{
	host unshare --mount bash -euc '
		mount -t tmpfs none /run
		PATH=$1:$PATH
		cd "$2"
		sudo() { "$@"; }
		trap "for c in plc-001 plc-002 plc-003; do netctl detach --name \$c; netctl internal del --name \$c; runlet delete --force \$c; done" EXIT
		eval "$3"' bash "$(dirname "$NETCTL_BIN")" "$WORK" "$1"
}

@test "two containers on a MACVLAN with DHCP" {
	bundle plc-001
	bundle plc-002
	[[ $(block 'netctl attach') == *'runlet create'*'netctl show'* && $(block 'netctl detach') == *detach*plc-001* ]]
	# shellcheck disable=SC2016 # it is for the shell that types
	typed "$(block 'netctl attach')
		address=\$(netctl show --container plc-002 --json | jq -r '.[][0].dhcp_ip')
		until [[ \$(runlet exec plc-001 /bin/busybox nc -w 5 \$address 8080 < /dev/null) == hi ]]; do sleep 0.1; done
		internal=\$(netctl internal show --container plc-001 --json | jq -r '.[0].address')
		until [[ \$(busybox nc -w 5 \$internal 8080 < /dev/null) == hi ]]; do sleep 0.1; done
		$(block 'netctl detach')
		[[ \$(netctl show) == plc-002:* ]]
		[[ \$(runlet exec plc-001 /bin/busybox ip link) != *eth0* ]]
		echo all of it" > "$WORK/output" 2>&1 || { cat "$WORK/output"; return 1; }
	[[ $(tail -n 1 "$WORK/output") == 'all of it' ]]
	grep -q 'plc-001 eth0: 10.1.0.1../24 from 10.1.0.1 for 120 s' "$WORK/output"
	grep -q 'plc-002 eth0: 10.1.0.1../24 from 10.1.0.1 for 120 s' "$WORK/output"
}

@test "a container on an Open vSwitch bridge" {
	start_ovs
	bundle plc-003
	[[ $(block 'netctl ovs add-br') == *create*veth*add-port*start*show* ]]
	# shellcheck disable=SC2016 # it is for the shell that types
	typed "mkdir /run/openvswitch
		ln -s $DB /run/openvswitch/db.sock
		$(block 'netctl ovs add-br')
		runlet exec plc-003 /bin/busybox ip address show dev eth0
		netctl ovs add-port --internal --tag 10 ovsbr0 int0
		netctl addr add int0 10.0.0.1/24
		netctl link up int0
		until busybox ping -c 1 -W 1 10.0.0.3; do :; done
		runlet delete --force plc-003
		netctl ovs del-port viplc-003
		echo all of it" > "$WORK/output" 2>&1 || { cat "$WORK/output"; return 1; }
	[[ $(tail -n 1 "$WORK/output") == 'all of it' ]]
	grep -q '10.0.0.3/24' "$WORK/output"
	grep -A 1 'Port viplc-003' "$WORK/output" | grep -q 'tag: 10'
	[[ $(ovs list-ports ovsbr0) == int0 ]]
}
