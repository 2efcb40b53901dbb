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
		host_stop
	fi
	if [[ -n $(cgroups_left) ]]; then
		echo 'left behind:'
		cgroups_left
		cgroups_left | sort -r | xargs -r rmdir
		status=1
	fi
	return $status
}

cgroups_left()
{
	find /sys/fs/cgroup -type d -path "*/$NS/*" 2> /dev/null
}

# ---- a host ----------------------------------------------------------------------------------------

# Its pid 1 ends when the test does.
host_start()
{
	mkdir -p "$RUN"
	unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private \
		sleep infinity 3>&- 2> /dev/null &
	HOST_STARTER=$!
	wait_for 5 host_is_up
	HOST=$(cat "/proc/$HOST_STARTER/task/$HOST_STARTER/children")
	HOST=${HOST%% *}
	on_host ip link set lo up
	# A reboot empties it.
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
	find /sys/fs/cgroup -depth -type d -path "*/$NS" -exec rmdir {} + 2> /dev/null || :
}

host_delete_containers()
{
	local dir name status=0

	for dir in "$STATE/containers/$NS"/*/; do
		[[ -d $dir ]] || continue
		name=$(basename "$dir")
		orchctl apply --wait --topic delete_device - <<< "{\"device_id\":\"$name\"}" > /dev/null ||
			status=1
	done
	return $status
}

# on_host COMMAND...: bats keeps descriptor 3 for itself
on_host()
{
	nsenter --target "$HOST" --net --mount --pid -- "$@" 3>&-
}

orchctl()
{
	on_host "$ORCHCTL_BIN" --state-dir "$STATE" --run-dir "$RUN" --log-dir "$LOGS" --ns "$NS" \
		"${OPTIONS[@]}" "$@"
}

# message TOPIC JSON [OPTION...]: applies one message; stdout is the ack
message()
{
	local topic=$1 json=$2
	shift 2
	orchctl apply --topic "$topic" "$@" - <<< "$json"
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
	[[ -n ${2:-$output} ]] && jq -e "$1" > /dev/null <<< "${2:-$output}" || { echo "not $1: ${2:-$output}"; return 1; }
}
