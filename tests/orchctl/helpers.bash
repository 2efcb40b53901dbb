# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What every test of orchctl uses. A test has a host of its own, made of a network, a mount and a pid
# namespace: what it starts there is gone when the host is. Its state, its logs and its run directory
# are below WORK; the namespace of its containers' names, NS, is its cgroups' name, too. Its teardown
# proves that nothing was left: no cgroup, no process, no mount.

bats_require_minimum_version 1.5.0

BUILD=$(realpath -m "${TOP_BUILDDIR:-$BATS_TEST_DIRNAME/../..}")

setup()
{
	ORCHCTL_BIN=$BUILD/orchctl
	[[ -x $ORCHCTL_BIN ]] || { echo "no orchctl at $ORCHCTL_BIN"; return 1; }
	WORK=$BATS_TEST_TMPDIR
	STATE=$WORK/state RUN=$WORK/run LOGS=$WORK/log
	NS=rlbats-$(basename "$BATS_TEST_FILENAME" .bats)-$BATS_TEST_NUMBER-$((BATS_ROOT_PID % 100000))
	NS=${NS:0:32}
	OPTIONS=()
	host_start
	if declare -F test_setup > /dev/null; then
		test_setup
	fi
}

teardown()
{
	local status=0

	if declare -F test_teardown > /dev/null; then
		test_teardown || status=1
	fi
	if [[ -n ${HOST:-} ]]; then
		host_delete_containers || status=1
		on_host_nothing_left || status=1
		host_stop
	fi
	return $status
}

# ---- a host ----------------------------------------------------------------------------------------

# Its pid 1 leaves no zombies.
host_start()
{
	mkdir -p "$RUN"
	unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
		perl -e '$SIG{CHLD} = "IGNORE"; exec qw(sleep infinity)' 3>&- 2> /dev/null &
	HOST_STARTER=$!
	wait_for 5 host_is_up
	HOST=$(cat "/proc/$HOST_STARTER/task/$HOST_STARTER/children")
	HOST=${HOST%% *}
	on_host ip link set lo up
	# A reboot empties them.
	on_host mount -t tmpfs run /run
	on_host mount -t tmpfs run "$RUN"
}

host_is_up()
{
	local child

	child=$(cat "/proc/$HOST_STARTER/task/$HOST_STARTER/children" 2> /dev/null)
	[[ -n $child ]] && [[ $(cat "/proc/${child%% *}/comm") == sleep ]]
}

host_stop()
{
	kill -KILL "$HOST" 2> /dev/null
	wait "$HOST_STARTER" 2> /dev/null || :
	HOST=
	# As a reboot would; they empty when the last process is reaped.
	wait_for 5 remove_cgroups
}

remove_cgroups()
{
	find /sys/fs/cgroup -depth -type d \( -path "*/$NS" -o -path "*/$NS/*" \) -exec rmdir {} + 2> /dev/null
}

host_delete_containers()
{
	local dir name status=0

	for dir in "$STATE/containers/$NS"/*/; do
		[[ -d $dir ]] || continue
		name=$(basename "$dir")
		orchctl apply --wait --topic delete_device - <<< "{\"device_id\":\"$name\"}" ||
			status=1
	done
	return $status
}

# With its containers a host has lost their namespaces, bridges, mounts, processes and records.
on_host_nothing_left()
{
	local left

	left=$({
		find /sys/fs/cgroup -type d -path "*/$NS/*"
		find "$RUN/netns" "$RUN/monitor" "$RUN/runtime" "$STATE/net" \
			"$STATE/containers/$NS" -mindepth 1 ! -type d ! -path '*/locks/*'
		grep -lE '"(creating|deleting)"' "$STATE/operations/$NS"/*
		on_host ip -o link | grep -E ': i[bv][0-9a-f]{11}'
		on_host grep -F "$STATE" /proc/self/mountinfo
		on_host ps -eo args | grep -E '^[^ ]*(runlet-monitor|udhcpc|busybox)'
	} 2> /dev/null || :)
	[[ -z $left ]] || { printf 'left behind:\n%s\n' "$left"; return 1; }
}

# on_host COMMAND...: bats keeps descriptor 3 for itself
on_host()
{
	nsenter --target "$HOST" --net --mount --pid -- "$@" 3>&-
}

orchctl()
{
	on_host env -C "$PWD" "$ORCHCTL_BIN" --state-dir "$STATE" --run-dir "$RUN" --log-dir "$LOGS" --ns "$NS" \
		"${OPTIONS[@]}" "$@"
}

# message TOPIC JSON [OPTION...]: applies one message; stdout is the ack
message()
{
	local topic=$1 json=$2
	shift 2
	orchctl apply --topic "$topic" "$@" - <<< "$json"
}

# ---- a plant, and images ---------------------------------------------------------------------------

# plant [NAME]: the host's interface of this name, plant0, leads to a network with a DHCP server,
# 192.168.7.1
plant()
{
	local name=${1:-plant0}

	on_host ip netns add plant
	on_host ip link add "$name" type veth peer name lan0 netns plant
	on_host ip link set "$name" up
	on_host ip address add 192.168.7.5/24 dev "$name"
	in_plant ip link set lan0 up
	in_plant ip address add 192.168.7.1/24 dev lan0
	in_plant dnsmasq --conf-file=/dev/null --user=root --group=root --port=0 --interface=lan0 \
		--no-ping --dhcp-authoritative --dhcp-range=192.168.7.100,192.168.7.150,255.255.255.0,1h \
		--dhcp-option=3,192.168.7.1 --dhcp-option=6,192.168.7.1 --pid-file="$WORK/dnsmasq.pid" \
		--dhcp-leasefile="$WORK/leases" --log-facility="$WORK/dnsmasq.log"
}

in_plant()
{
	on_host ip netns exec plant "$@"
}

# plc_image DIRECTORY: an OCI layout with a busybox that serves /www on port 8080 until it is asked to
# end, and its tag latest
plc_image()
{
	local dir=$1 bundle=$1.bundle

	umoci init --layout "$dir"
	umoci new --image "$dir:latest"
	umoci unpack --image "$dir:latest" "$bundle" 2> /dev/null
	mkdir -p "$bundle/rootfs"/{bin,dev,etc,proc,sys,tmp,www/api}
	cp "$(realpath "$(command -v busybox)")" "$bundle/rootfs/bin/busybox"
	chroot "$bundle/rootfs" /bin/busybox --install -s /bin
	echo '{"status":"RUNNING"}' > "$bundle/rootfs/www/api/status.json"
	cat > "$bundle/rootfs/bin/plc" <<- 'END'
		#!/bin/sh
		echo "started as $(hostname)"
		ip -4 -o address > /www/addresses
		echo "to standard error" >&2
		trap 'echo stopping; exit 0' TERM
		httpd -f -p 8080 -h /www &
		wait
	END
	chmod +x "$bundle/rootfs/bin/plc"
	umoci repack --image "$dir:latest" "$bundle" 2> /dev/null
	umoci config --image "$dir:latest" --config.entrypoint /bin/plc --config.env PATH=/bin
	rm -r "$bundle"
}

# vnic NAME MEMBERS: one with DHCP on plant0, unless the members say something else
vnic()
{
	jq -nc --arg name "$1" --argjson more "${2:-{\}}" \
		'{name: $name, parent_interface: "plant0", network_mode: "dhcp"} + $more'
}

# create NAME [VNIC...] [-- OPTION...]: applies create_new_runtime and waits for its end
create()
{
	local name=$1 vnics=()

	shift
	while (($# > 0)) && [[ $1 != -- ]]; do
		vnics+=("$1")
		shift
	done
	shift || :
	((${#vnics[@]} > 0)) || vnics=("$(vnic eth0)")
	message create_new_runtime "$(jq -nc --arg name "$name" \
		'{container_name: $name, vnic_configs: $ARGS.positional | map(fromjson)}' \
		--args "${vnics[@]}")" --wait "$@"
}

# device TOPIC NAME [OPTION...]
device()
{
	local topic=$1 name=$2
	shift 2
	message "$topic" "{\"device_id\":\"$name\"}" "$@"
}

device_status() { device get_device_status "$1"; }

# in_network NAME COMMAND...: in the network namespace of a container
in_network()
{
	local name=$1
	shift
	on_host nsenter --net="$RUN/netns/$NS/$name" -- "$@"
}

# ---- checks ----------------------------------------------------------------------------------------

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	local tries=$(($1 * 20))

	shift
	until "$@"; do
		((tries-- > 0)) || { echo "waited in vain for: $*"; return 1; }
		sleep 0.05
	done
}

# ack EXPRESSION [JSON]: jq's expression is true of the ack ($output, when it is not given)
ack()
{
	[[ -z ${stderr:-} ]] || echo "stderr: $stderr"
	[[ -n ${2:-$output} ]] && jq -e "$1" > /dev/null <<< "${2:-$output}" || { echo "not $1: ${2:-$output}"; return 1; }
}
