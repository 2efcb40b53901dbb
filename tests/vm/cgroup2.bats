#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What only a host with all controllers on cgroup v2 shows.
load ../integration/helpers

test_setup()
{
	is_v2 || skip 'needs cgroup v2 alone'
	grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip 'the memory controller is elsewhere'
}

# find_disk: disk is the number of one, as the kernel's files spell it
find_disk()
{
	[[ -e /sys/block/vda/dev ]] || skip 'no disk called vda'
	disk=$(cat /sys/block/vda/dev)
}
own() { cat "$(cgroup x)/$1"; }
cgroup_mount() { mount_add '{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["'"$1"'"]}'; }
cgroup_namespace() { namespace_drop cgroup; namespace_add '{type: "cgroup"}'; }

@test "init is born in its cgroup" {
	needs_runlet 'runc moves it'
	args true
	strace -f -q -e trace=clone3 -o "$WORK/trace" "$RUNTIME_BIN" --root "$ROOT" run \
		--bundle "$BUNDLE" "$ID" < /dev/null
	grep -q 'CLONE_INTO_CGROUP.*cgroup=' "$WORK/trace"
}

@test "a cgroup namespace hides where the container is" {
	cgroup_namespace
	cgroup_mount ro
	script 'cat /proc/self/cgroup; test -e /sys/fs/cgroup/cgroup.procs; ls /sys/fs/cgroup | grep -c rlbats'
	run_it run_container
	is "$output" $'0::/\n0'
}

@test "a delegated cgroup ends at its namespace" {
	grep -q nsdelegate /proc/mounts || skip 'cgroup2 is mounted without nsdelegate'
	cgroup_namespace
	cgroup_mount rw
	config '.linux.resources = {pids: {limit: 42}, memory: {limit: 67108864}}'
	script 'cd /sys/fs/cgroup
		echo max > pids.max; echo max > memory.max
		mkdir a && echo 0 > a/cgroup.procs && cat /proc/self/cgroup; cat pids.max memory.max'
	run_it run_container
	is "$output" $'0::/a\n42\n67108864'
	like "$stderr" 'Operation not permitted|Permission denied'
}

@test "controllers are there for what a later update may set" {
	sleeper
	like " $(own cgroup.controllers) " ' cpu .*io .*memory .*pids '
	ok runtime update --memory 50000000 --cpu-share 512 --pids-limit 20 --cpuset-cpus 0 "$ID"
	is "$(own memory.max)" 49999872
	is "$(own cpu.weight)" 59
	is "$(own pids.max)" 20
	is "$(own cpuset.cpus)" 0
}

@test "unified: files of the kernel by their names" {
	local disk

	find_disk
	config '.linux.resources.unified = {"memory.high": "40000000", "memory.oom.group": "1",
		"cpu.weight.nice": "5", "pids.max": "30", "io.max": ($disk + " rbps=1048576")}' \
		--arg disk "$disk"
	sleeper
	is "$(own memory.oom.group) $(own pids.max) $(own cpu.weight.nice)" '1 30 5'
	like "$(own io.max)" "$disk rbps=1048576"
}

@test "input and output are limited by device" {
	local disk

	find_disk
	config '{major: $major, minor: $minor} as $d |
		.linux.resources.blockIO.throttleReadBpsDevice = [$d + {rate: 2097152}] |
		.linux.resources.blockIO.throttleWriteIOPSDevice = [$d + {rate: 77}]' \
		--argjson major "${disk%:*}" --argjson minor "${disk#*:}"
	sleeper
	is "$(own io.max)" "$disk rbps=2097152 wbps=max riops=max wiops=77"
}

@test "swap is what memory plus swap leaves" {
	config '.linux.resources.memory = {limit: 67108864, swap: 100663296, reservation: 33554432}'
	sleeper
	is "$(own memory.max) $(own memory.swap.max) $(own memory.low)" '67108864 33554432 33554432'
	ok runtime update --memory-swap 67108864 "$ID"
	is "$(own memory.swap.max)" 0
	ok runtime update --memory-swap -1 "$ID"
	is "$(own memory.swap.max)" max
}

@test "a program that the memory limit kills ends with 137, and is counted" {
	config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
	script 'dd if=/dev/zero of=/dev/null bs=128M count=1; echo "status $?"; exec dd if=/dev/zero of=/dev/null bs=128M count=1'
	run_it run_container
	is "$status" 137
	like "$output" 'status 137'
}

@test "a limit below what init needs says so" {
	needs_runlet 'runc says something else'
	config '.linux.resources.memory = {limit: 131072, swap: 131072}'
	# Killed, or refused memory: by kernel.
	fails 1 'OOM-killed|cannot allocate memory' runtime create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) ]]
}

@test "cgroup.kill ends processes that fork all the time" {
	namespace_drop pid
	script 'f() { while :; do (f) & done; }; while :; do sh -c : & done'
	config '.linux.resources.pids.limit = 60'
	create_start
	wait_for 10 grep -q populated.1 "$(cgroup x)/cgroup.events"
	ok runtime delete --force "$ID"
	[[ ! -e $(cgroup x) ]]
}

@test "pause stops what runs, and what it forked" {
	script 'while :; do echo x >> /tmp/x; done & wait'
	create_start
	wait_for 10 test -s "$ROOTFS/tmp/x"
	ok runtime pause "$ID"
	is "$(grep frozen "$(cgroup x)/cgroup.events")" 'frozen 1'
	fails 255 paused runtime exec "$ID" true
	ok runtime resume "$ID"
	is "$(grep frozen "$(cgroup x)/cgroup.events")" 'frozen 0'
	ok runtime delete --force "$ID"
}

@test "a container below a cgroup that has processes is refused by the kernel, in words" {
	local parent=/sys/fs/cgroup/rlbats-parent-$ID

	mkdir "$parent"
	background bash -c 'echo 0 > "$0/cgroup.procs"; exec sleep 1000' "$parent"
	wait_for 10 grep -q . "$parent/cgroup.procs"
	config '.linux.cgroupsPath = $p | .linux.resources.memory.limit = 67108864' \
		--arg p "/rlbats-parent-$ID/c"
	fails 1 'cgroup' runtime create --bundle "$BUNDLE" "$ID"
	kill "$BG"
	wait_status "$BG"
	wait_for 10 rmdir "$parent"
}
