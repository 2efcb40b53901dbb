# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What every test of netctl uses. A test has two network namespaces of its own: HOST, in which netctl
# runs as on a host, and INSIDE, for a container; netns_new makes more. Its teardown proves that nothing
# was left: no namespace, process, mount, or record but for locks. NETCTL names the program under test.

bats_require_minimum_version 1.5.0

NETCTL_MARK=RLNETBATS	# this variable, in their environment, tells the processes of a test from all others

# A file may have test_setup and test_teardown of its own; the latter runs first of all.
setup()
{
	NETCTL_BIN=$(realpath -m "${NETCTL:-$BATS_TEST_DIRNAME/../../netctl}")
	[[ -x $NETCTL_BIN ]] || { echo "no netctl at $NETCTL_BIN"; return 1; }
	WORK=$BATS_TEST_TMPDIR STATE=$BATS_TEST_TMPDIR/state
	TAG=rlbats-net-$(basename "$BATS_TEST_FILENAME" .bats)-$BATS_TEST_NUMBER
	BACKGROUND=() NAMESPACES=()
	export "$NETCTL_MARK=$TAG-$BATS_ROOT_PID"
	netns_new HOST
	netns_new INSIDE
	if declare -F test_setup > /dev/null; then
		test_setup
	fi
}

teardown()
{
	local pid ns status=0

	[[ ${TAG-} ]] || return 0	# setup made nothing
	if declare -F test_teardown > /dev/null; then
		test_teardown || status=1
	fi
	for pid in "${BACKGROUND[@]}"; do
		kill -KILL "$pid" 2> /dev/null || :
		wait "$pid" 2> /dev/null || :
	done
	for ns in "${NAMESPACES[@]}"; do
		ip netns delete "$ns" 2> /dev/null || :
	done
	wait_for 5 nothing_left || { show_left; sweep; return 1; }
	return $status
}

# ---- namespaces ------------------------------------------------------------------------------------

# netns_new VARIABLE: makes one, its loopback up, and sets VARIABLE to its name for `ip netns`
netns_new()
{
	local name=$TAG-${1,,}-$BATS_ROOT_PID

	ip netns add "$name"
	NAMESPACES+=("$name")
	ip -n "$name" link set lo up
	printf -v "$1" %s "$name"
}

# at NAMESPACE COMMAND...: bats keeps descriptor 3 for itself; whoever holds it open keeps bats waiting
at()
{
	local ns=$1

	shift
	timeout -k 1 60 nsenter --net="/run/netns/$ns" "$@" 3>&-
}

host() { at "$HOST" "$@"; }
inside() { at "$INSIDE" "$@"; }
netctl() { host "$NETCTL_BIN" --state-dir "$STATE" "$@"; }

# wire [NAME]: an interface of HOST's that is up, with a carrier, as a host's Ethernet card: one end of
# a pair whose other end, NAMEx, is in a namespace of its own, LAN
wire()
{
	local name=${1:-eth0}

	[[ -n ${LAN:-} ]] || netns_new LAN
	ip -n "$HOST" link add name "$name" up type veth peer name "${name}x" netns "$LAN"
	ip -n "$LAN" link set "${name}x" up
}

# Whether there is such an interface: has_link NAMESPACE NAME
has_link() { ip -n "$1" link show dev "$2" > /dev/null 2>&1; }
# link_json NAMESPACE NAME: what `ip` shows of it
link_json() { ip -n "$1" -details -json link show dev "$2" | jq '.[0]'; }
# links NAMESPACE: the names of all but the loopback, on one line
links() { ip -n "$1" -json link show | jq -r '[.[] | select(has("ifname")) | .ifname | select(. != "lo")] | join(" ")'; }

# ---- waiting, background ---------------------------------------------------------------------------

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

# Runs in the background, with BG for the pid; teardown kills it if need be.
background()
{
	"$@" 3>&- &
	BG=$!
	BACKGROUND+=("$BG")
}

# background_at NAMESPACE COMMAND...: the same in a namespace; BG is the pid of the command itself, which is
# in the namespace when this returns
background_at()
{
	local ns=$1

	shift
	nsenter --net="/run/netns/$ns" "$@" 3>&- &
	BG=$!
	BACKGROUND+=("$BG")
	wait_for 5 test "/proc/$BG/ns/net" -ef "/run/netns/$ns"
}

# fails PATTERN COMMAND...: it exits with a status other than 0, with one line on its standard error
# that matches, and nothing on its standard output
fails()
{
	local pattern=$1

	shift
	run -1 --separate-stderr "$@"
	# shellcheck disable=SC2154 # run sets it
	[[ -z $output && $stderr =~ $pattern && $(wc -l <<< "$stderr") -eq 1 ]] ||
		{ printf 'status %s\nstdout: %s\nstderr: %s\n' "$status" "$output" "$stderr"; return 1; }
}

# ---- what a test may leave: nothing ----------------------------------------------------------------

namespaces_left() { find /run/netns -maxdepth 1 -name "${TAG:?}-*-$BATS_ROOT_PID" 2> /dev/null; }
# Without WORK it would be every mount that the host has.
mounts_left() { awk -v w="${WORK:?}/" 'index($5, w) == 1 { print $5 }' /proc/self/mountinfo; }
# The file of a lock stays, as it must.
records_left() { find "$STATE" -type f -not -path "$STATE/locks/*" 2> /dev/null; }

processes_left()
{
	local f pid

	# What a DHCP client has in its environment is the path of its record.
	for f in $(grep -lsa -e "$NETCTL_MARK=$TAG-$BATS_ROOT_PID" -e "NETCTL_DHCP=$WORK/" /proc/[0-9]*/environ); do
		pid=${f#/proc/} pid=${pid%/environ}
		case $(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline") in
		'' | *bats-exec* | *bats-core* | grep\ * | tr\ *) ;;
		*) echo "$pid" ;;
		esac
	done
}

nothing_left()
{
	[[ -z $(namespaces_left) && -z $(mounts_left) && -z $(records_left) && -z $(processes_left) ]]
}

show_left()
{
	local pid

	namespaces_left | sed 's/^/left: /'
	mounts_left | sed 's/^/left: mount /'
	records_left | sed 's/^/left: /'
	for pid in $(processes_left); do
		echo "left: process $pid: $(tr '\0' ' ' < "/proc/$pid/cmdline")"
	done
}

# Removes what a failed test left, so that the next one is not blamed for it.
sweep()
{
	local pid m

	for pid in $(processes_left); do
		kill -KILL "$pid" || :
	done 2> /dev/null
	for m in $(mounts_left | sort -r); do
		umount -l "$m" || :
	done 2> /dev/null
}
