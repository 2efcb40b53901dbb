#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Limits are there, bind, and go with the container.
load helpers

# value CONTROLLER V1FILE V2FILE
value()
{
	if is_v2; then
		cat "$(cgroup "$1")/$3"
	else
		cat "$(cgroup "$1")/$2"
	fi
}

controllers()
{
	is_v2 || awk -F: '$1 != 0 { sub("name=", "", $2); sub(",.*", "", $2); print $2 }' /proc/self/cgroup
}

@test "the container has a cgroup in each hierarchy, gone after delete" {
	sleeper
	for c in $(controllers); do
		file_has "/sys/fs/cgroup/$c/$CG/cgroup.procs" "^$INIT$"
	done
	ok runtime delete --force "$ID"
	[[ -z $(cgroups_left) ]]
}

@test "cgroupsPath: several levels, of which only the last goes" {
	config ".linux.cgroupsPath = \"/$CG-top/$CG-middle/$CG\""
	sleeper
	like "$(cat "/proc/$INIT/cgroup")" ":/$CG-top/$CG-middle/$CG"
	ok runtime delete --force "$ID"
	[[ -z $(find /sys/fs/cgroup -path "*-middle/$CG") ]]
	for d in $(cgroups_left); do
		rmdir "$d"
	done
}

@test "cgroupsPath: without it the container's id" {
	config 'del(.linux.cgroupsPath)'
	sleeper
	like "$(cat "/proc/$INIT/cgroup")" "/$ID"
}

@test "cgroupsPath with .. stays below the hierarchies" {
	config ".linux.cgroupsPath = \"/../../../rlbats-up/../$CG\""
	run_it run_container
	[[ ! -e /sys/fs/rlbats-up && ! -e /sys/fs/$CG && ! -e /sys/fs/cgroup/$CG ]]
}

@test "cgroupsPath: the root of the hierarchies is refused" {
	needs_runlet 'runc would limit the host'
	config '.linux.cgroupsPath = "/"'
	fails 1 'cgroupsPath' run_container
}

@test "pids.limit: a fork bomb stops" {
	config '.linux.resources.pids = {"limit": 12}'
	script 'n=0; while [ $n -lt 40 ]; do sleep 1000 & n=$((n + 1)); done; wait'
	create_start
	is "$(value pids pids.max pids.max)" 12
	wait_for 5 file_has "$ERR" 'fork'
	(($(value pids pids.current pids.current) <= 12))
}

@test "pids.limit: -1 is none" {
	config '.linux.resources.pids = {"limit": -1}'
	ok create
	is "$(value pids pids.max pids.max)" max
}

@test "pids.limit: with 0 nothing can be forked, but a process can be executed" {
	needs_runlet 'runc 1.1 takes 0 for absent'
	config '.ociVersion = "1.3.0" | .linux.resources.pids = {"limit": 0}'
	script '(true); echo forked'
	run_it run_container
	[[ $status -ne 0 ]]
	like "$stderr" fork
	is "$output" ''
	args echo executed
	ok run_container
	is "$output" executed
}

@test "pids.limit: 0 is none in a configuration from before 1.3.0, for update also" {
	config '.linux.resources.pids = {"limit": 0}'
	for v in 1.0.2-dev 1.2.1; do
		config ".ociVersion = \"$v\""
		create
		is "$(value pids pids.max pids.max)" max
		ok runtime update --pids-limit 5 "$ID"
		ok runtime update --resources - "$ID" <<< '{"pids": {"limit": 0}}'
		is "$(value pids pids.max pids.max)" 5
		runtime delete --force "$ID"
	done
}

@test "memory.limit: an allocation above it is killed" {
	config '.linux.resources.memory = {"limit": 20971520, "swap": 20971520}'
	script 'tail /dev/zero; echo $?'
	create
	is "$(value memory memory.limit_in_bytes memory.max)" 20971520
	start
	wait_for 20 status_is stopped
	is "$(cat "$OUT")" 137
}

@test "memory: reservation and swappiness" {
	is_v2 && skip 'cgroup v1 files'
	config '.linux.resources.memory = {"limit": 33554432, "reservation": 16777216,
		"swappiness": 30}'
	ok create
	is "$(cat "$(cgroup memory)/memory.soft_limit_in_bytes")" 16777216
	is "$(cat "$(cgroup memory)/memory.swappiness")" 30
}

@test "memory: a limit too small for the runtime says so and leaves nothing" {
	config '.linux.resources.memory = {"limit": 4096}'
	run_it run_container
	[[ $status -ne 0 ]]
	[[ -n $stderr ]]
	nothing_left
}

@test "cpu: shares, quota and period" {
	config '.linux.resources.cpu = {"shares": 512, "quota": 50000, "period": 100000}'
	ok create
	if is_v2; then
		is "$(cat "$(cgroup cpu)/cpu.max")" '50000 100000'
	else
		is "$(cat "$(cgroup cpu)/cpu.shares")" 512
		is "$(cat "$(cgroup cpu)/cpu.cfs_quota_us")" 50000
		is "$(cat "$(cgroup cpu)/cpu.cfs_period_us")" 100000
	fi
}

@test "cpuset: the processors bind, for exec also" {
	config '.linux.resources.cpu = {"cpus": "0", "mems": "0"}'
	args sh -c 'grep Cpus_allowed_list /proc/self/status; sleep 1000'
	create_start
	wait_for 5 file_has "$OUT" Cpus
	like "$(cat "$OUT")" $'\t0$'
	ok runtime exec "$ID" grep Cpus_allowed_list /proc/self/status
	like "$output" $'\t0$'
}

@test "the caller's processor affinity is not inherited" {
	needs_runlet 'runc 1.1 inherits it'
	(($(nproc) > 1)) || skip 'one processor'
	args grep Cpus_allowed_list /proc/self/status
	ok taskset -c 0 timeout 10 "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	unlike "$output" $'\t0$'
}

@test "cpu: real-time bandwidth, below parents that are made for it, too" {
	needs_runlet 'runc 1.1 fails below a new parent'
	[[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ]] || skip 'no real-time groups'
	config '.linux.resources.cpu = { realtimePeriod: 500000, realtimeRuntime: 1000 }'
	config ".linux.cgroupsPath = \"/$CG-top/$CG-middle/$CG\""
	ok create
	d=/sys/fs/cgroup/cpu/$CG-top/$CG-middle/$CG
	is "$(cat "$d/cpu.rt_period_us" "$d/cpu.rt_runtime_us" | tr '\n' ' ')" '500000 1000 '
	ok runtime delete --force "$ID"
	for d in $(cgroups_left); do
		rmdir "$d"
	done
}

@test "cpu: more real-time bandwidth than there is: an error, and nothing left" {
	[[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ]] || skip 'no real-time groups'
	config '.linux.resources.cpu = { realtimePeriod: 1000000, realtimeRuntime: 999999 }'
	fails 1 'cpu.rt_runtime_us' run_container
	nothing_left
}

@test "blockIO.weight" {
	config '.linux.resources.blockIO = {"weight": 300}'
	[[ -e $(dirname "$(cgroup blkio)")/blkio.bfq.weight ]] || skip 'no bfq weights'
	ok create
	is "$(cat "$(cgroup blkio)/blkio.bfq.weight")" 300
}

@test "zeros and empty objects mean unset" {
	config '.linux.resources += {"memory": {}, "cpu": {"shares": 0}, "pids": {},
		"blockIO": {"weight": 0}, "network": {}}'
	ok run_container
}

@test "a limit that the kernel refuses: an error, and no cgroup left" {
	for r in '{"cpu": {"cpus": "4000"}}' '{"cpu": {"quota": 1}}' \
		'{"hugepageLimits": [{"pageSize": "../x", "limit": 1}]}'; do
		config ".linux.resources += $r"
		run_it run_container
		[[ $status -ne 0 ]]
		nothing_left
		config 'del(.linux.resources.cpu, .linux.resources.hugepageLimits)'
	done
}

@test "blockIO: throttles of a device" {
	is_v2 && skip 'cgroup v1 files'
	dev=$(lsblk -dno MAJ:MIN 2> /dev/null | head -n 1 | tr -d ' ')
	[[ -n $dev ]] || skip 'no block device'
	config '.linux.resources.blockIO = { throttleReadBpsDevice: [$d + {rate: 1048576}],
		throttleWriteBpsDevice: [$d + {rate: 2097152}],
		throttleReadIOPSDevice: [$d + {rate: 100}],
		throttleWriteIOPSDevice: [$d + {rate: 200}] }' \
		--argjson d "{\"major\": ${dev%:*}, \"minor\": ${dev#*:}}"
	ok create
	is "$(cat "$(cgroup blkio)"/blkio.throttle.{read,write}_{bps,iops}_device | tr '\n' ' ')" \
		"$dev 1048576 $dev 100 $dev 2097152 $dev 200 "
}

@test "memory.swappiness: what docker writes for unset" {
	config '.linux.resources.memory.swappiness = 77777'
	sed -i 's/77777/18446744073709551615/' "$BUNDLE/config.json" # jq would round it
	ok run_container
}

@test "memory.kernel and kernelTCP: ignored, with a warning" {
	config '.linux.resources.memory = { kernel: 10485760, kernelTCP: 10485760 }'
	args true
	ok run_container
	like "$stderr" 'level=warning msg="Kernel memory settings are ignored and will be removed"'
}

@test "hugepageLimits: counted and shown by events" {
	size=$(basename "$(find /sys/kernel/mm/hugepages -name 'hugepages-*' | head -n 1)")
	[[ -n $size ]] || skip 'no huge pages'
	size=$((${size//[^0-9]/} / 1024))MB
	[[ -e /sys/fs/cgroup/hugetlb ]] ||
		grep -qs hugetlb /sys/fs/cgroup/{,unified/}cgroup.controllers ||
		skip 'no hugetlb controller'
	needs_runlet 'runc 1.1 does not look at v2 on a hybrid host'
	config '.linux.resources.hugepageLimits = [{ pageSize: $s, limit: 0 }]' --arg s "$size"
	sleeper
	is "$(runtime events --stats "$ID" | jq -c --arg s "$size" '.data.hugetlb[$s]')" '{"failcnt":0}'
}

@test "unified resources are refused on v1" {
	is_v2 && skip 'cgroup v1'
	config '.linux.resources.unified = {"memory.high": "10000000"}'
	fails 1 'unified' run_container
}

@test "sub-cgroups that the container made are removed" {
	sleeper
	for c in $(controllers); do
		mkdir -p "/sys/fs/cgroup/$c/$CG/sub/subsub"
	done
	is_v2 && mkdir -p "$(cgroup x)/sub/subsub"
	ok runtime delete --force "$ID"
	[[ -z $(cgroups_left) ]]
}

@test "processes in sub-cgroups are killed" {
	sleeper
	mkdir "$(cgroup pids)/sub"
	runtime exec --detach --pid-file "$WORK/exec.pid" "$ID" sleep 1001 > "$OUT" 2>&1
	cat "$WORK/exec.pid" > "$(cgroup pids)/sub/cgroup.procs"
	ok runtime delete --force "$ID"
	[[ -z $(cgroups_left) ]]
}

@test "a cgroup that another process is in" {
	needs_runlet 'runc 1.1 warns and goes on'
	mkdir "$(cgroup pids)"
	background sleep 1000
	echo "$BG" > "$(cgroup pids)/cgroup.procs"
	fails 1 'cgroup' run_container
	kill -0 "$BG"
	kill "$BG"
	wait_status "$BG"
	wait_for 5 rmdir "$(cgroup pids)"
}

@test "a frozen cgroup is refused, soon" {
	is_v2 && skip 'cgroup v1'
	mkdir "$(cgroup freezer)"
	echo FROZEN > "$(cgroup freezer)/freezer.state"
	fails 1 'frozen|FROZEN|freez' timeout 5 "$RUNTIME_BIN" --root "$ROOT" run \
		--bundle "$BUNDLE" "$ID"
	echo THAWED > "$(cgroup freezer)/freezer.state" || :
	rmdir "$(cgroup freezer)" || :
}

@test "/sys/fs/cgroup: read-only, the container's own" {
	script 'ls /sys/fs/cgroup; cat /sys/fs/cgroup/pids/cgroup.procs
		mkdir /sys/fs/cgroup/pids/x || echo no; touch /sys/fs/cgroup/x || echo no'
	is_v2 && skip 'cgroup v1'
	run_it run_container
	like "$output" $'pids\n'
	like "$output" $'\n1\n'
	like "$output" $'no\nno$'
}

@test "a cgroup namespace" {
	namespace_add '{"type": "cgroup"}'
	args cat /proc/self/cgroup
	ok run_container
	unlike "$output" "$CG"
}

@test "pause stops the processes" {
	script 'while :; do echo x >> /tmp/log; sleep 0.01; done'
	create_start
	wait_for 5 test -s "$ROOTFS/tmp/log"
	ok runtime pause "$ID"
	if ! is_v2; then
		is "$(cat "$(cgroup freezer)/freezer.state")" FROZEN
	fi
	local size
	size=$(stat -c %s "$ROOTFS/tmp/log")
	is "$(status_of)" paused
	is "$(stat -c %s "$ROOTFS/tmp/log")" "$size"
	ok runtime resume "$ID"
	wait_for 5 grown "$size"
}
grown() { (($(stat -c %s "$ROOTFS/tmp/log") > $1)); }

@test "exec --cgroup: sub-cgroups by controller, and no way out" {
	local bad

	is_v2 && skip "controllers have their own trees on v1 only"
	sleeper
	mkdir "$(cgroup pids)/a" "$(cgroup freezer)/b"
	ok runtime exec --cgroup pids:a --cgroup freezer:b "$ID" cat /proc/self/cgroup < /dev/null
	like "$output" ":pids:/$CG/a"
	like "$output" ":freezer:/$CG/b"
	for bad in pids:.. pids:a/../.. nosuch:a pids:absent; do
		run_it runtime exec --cgroup "$bad" "$ID" true < /dev/null
		is "$status" 255
	done
}
