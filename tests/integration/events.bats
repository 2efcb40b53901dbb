#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

# events OPTION...: in the background, into $WORK/events
events() { background runtime events "$@" "$ID" > "$WORK/events" 2> "$WORK/events.err"; }
# has_events TYPE N: at least so many
has_events() { (($(grep -c "^{\"type\":\"$1\"" "$WORK/events") >= $2)); }

@test "events: a container that does not exist, none" {
	fails 1 'container does not exist' runtime events nobody
	fails 1 'requires exactly 1 argument' runtime events
}

@test "events --stats: one line, its members and their order" {
	config '.linux.resources.pids.limit = 44'
	sleeper
	ok runtime events --stats "$ID"
	is "${#lines[@]}" 1
	like "$output" "^\{\"type\":\"stats\",\"id\":\"$ID\",\"data\":\{\"cpu\":\{\"usage\":\{\"total\":[0-9]"
	is "$(jq -c '.data | keys_unsorted' <<< "$output")" \
		'["cpu","cpuset","memory","pids","blkio","hugetlb","intel_rdt","network_interfaces"]'
	is "$(jq -c '.data.cpu | del(.psi) | keys_unsorted' <<< "$output")" '["usage","throttling"]'
	is "$(jq -c '.data.pids' <<< "$output")" '{"current":1,"limit":44}'
	is "$(jq -c '.data | .intel_rdt, .network_interfaces' <<< "$output" | tr '\n' ' ')" '{} null '
}

@test "events --stats: the kernel's numbers" {
	config '.linux.resources.memory.limit = 67108864'
	sleeper
	runtime events --stats "$ID" > "$WORK/stats"
	is "$(jq .data.memory.usage.limit "$WORK/stats")" 67108864
	(($(jq .data.memory.usage.usage "$WORK/stats") > 0))
	(($(jq .data.memory.usage.max "$WORK/stats") > 0))
	(($(jq .data.cpu.usage.total "$WORK/stats") > 0))
	is "$(jq '.data.memory.raw | length > 20 and (keys == keys_unsorted)' "$WORK/stats")" true
}

@test "events --stats: v1's members" {
	is_v2 && skip 'v1'
	sleeper
	runtime events --stats "$ID" > "$WORK/stats"
	is "$(jq -c '.data.cpu.usage | keys_unsorted' "$WORK/stats")" \
		'["total","percpu","percpu_kernel","percpu_user","kernel","user"]'
	is "$(jq '.data.cpu.usage | .total == (.percpu | add)' "$WORK/stats")" true
	is "$(jq -c '.data.cpuset | keys_unsorted' "$WORK/stats")" \
		'["cpus","cpu_exclusive","mems","mem_hardwall","mem_exclusive","memory_migrate","memory_spread_page","memory_spread_slab","memory_pressure","sched_load_balance","sched_relax_domain_level"]'
	is "$(jq -c '.data.memory | del(.cache) | keys_unsorted' "$WORK/stats")" \
		'["usage","swap","kernel","kernelTCP","raw"]'
	is "$(jq -c '.data.memory.usage | keys_unsorted' "$WORK/stats")" '["limit","usage","max","failcnt"]'
}

@test "events --stats: pressure" {
	is_v2 && [[ -e /proc/pressure/cpu ]] || skip 'needs cgroup v2 and a kernel with PSI'
	sleeper
	runtime events --stats "$ID" > "$WORK/stats"
	is "$(jq -c '.data | .cpu.psi, .memory.psi, .blkio.psi | [keys_unsorted, (.some | keys_unsorted)]' \
		"$WORK/stats" | sort -u)" '[["some","full"],["avg10","avg60","avg300","total"]]'
}

@test "events --stats: input and output of v2" {
	is_v2 || skip 'v2'
	sleeper
	dd if=/dev/urandom of="$WORK/file" bs=64k count=4 conv=fsync status=none
	echo 3 > /proc/sys/vm/drop_caches
	runtime exec "$ID" true
	bash -c 'echo 0 > "$0/cgroup.procs"; exec cat "$1" > /dev/null' "$(cgroup io)" "$WORK/file"
	runtime events --stats "$ID" > "$WORK/stats"
	(($(jq '[.data.blkio.ioServiceBytesRecursive[] | select(.op == "Read") | .value // 0] | add' \
		"$WORK/stats") >= 262144))
}

@test "events --stats: throttling" {
	config '.linux.resources.cpu = { quota: 10000, period: 100000 }'
	script 'while :; do :; done'
	create_start
	throttled()
	{
		(($(runtime events --stats "$ID" | jq '.data.cpu.throttling.throttledPeriods // 0') > 1))
	}
	wait_for 10 throttled
	is "$(runtime events --stats "$ID" | jq -c '.data.cpu.throttling | keys_unsorted')" \
		'["periods","throttledPeriods","throttledTime"]'
}

@test "events: statistics at each interval" {
	sleeper
	events --interval 50ms
	wait_for 10 has_events stats 3
	is "$(head -n 3 "$WORK/events" | jq -r .id | sort -u)" "$ID"
}

@test "events: the first statistics come after an interval" {
	sleeper
	events
	sleep 0.3
	is "$(cat "$WORK/events")" ''
}

@test "events: the interval" {
	sleeper
	fails 1 'duration interval must be greater than 0' runtime events --interval 0 "$ID"
	fails 1 'duration interval must be greater than 0' runtime events --interval=-1s "$ID"
	for interval in x 1 1d; do
		fails 1 'invalid value ".*" for flag -interval: parse error' \
			runtime events --interval "$interval" "$ID"
		like "$output" '^Incorrect Usage: invalid value'
	done
}

@test "events: out of memory" {
	config '.linux.resources.memory = { limit: 33554432, swap: 33554432 }'
	script 'mkfifo /tmp/go; read line < /tmp/go; dd if=/dev/zero of=/dev/null bs=128M count=1
		sleep 1000'
	create_start
	wait_for 5 test -p "$ROOTFS/tmp/go"
	events --interval 1h
	sleep 0.3
	echo > "$ROOTFS/tmp/go"
	wait_for 10 has_events oom 1
	is "$(head -n 1 "$WORK/events")" "{\"type\":\"oom\",\"id\":\"$ID\"}"
}

@test "events: ends with the container" {
	sleeper
	events --interval 1h
	sleep 0.3
	runtime delete --force "$ID"
	wait_for 5 gone "$BG"
	wait_status "$BG"
	is "$status" 0
	is "$(cat "$WORK/events")" ''
}

@test "events: created, paused and stopped containers" {
	args sleep 1000
	create
	ok runtime events --stats "$ID"
	start
	ok runtime pause "$ID"
	ok runtime events --stats "$ID"
	ok runtime resume "$ID"
	runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	fails 1 "container with id $ID is not running" runtime events --stats "$ID"
	fails 1 "container with id $ID is not running" runtime events "$ID"
	ok runtime delete "$ID"
}

@test "events: who cannot be told ends it" {
	needs_runlet "runc 1.1 logs it, but exits 0"
	sleeper
	status_is_not_0 timeout 5 sh -c '"$@" > /dev/full' sh \
		"$RUNTIME_BIN" --root "$ROOT" events --stats "$ID"
}
