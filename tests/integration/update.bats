#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

# limit CONTROLLER V1_FILE V2_FILE: what is in force
limit()
{
	if is_v2; then
		cat "$(cgroup "$1")/$3"
	else
		cat "$(cgroup "$1")/$2"
	fi
}
memory() { limit memory memory.limit_in_bytes memory.max; }
pids() { limit pids pids.max pids.max; }
update() { runtime update "$@" "$ID"; }
resources() { runtime update --resources - "$ID" <<< "$1"; }

@test "update: a container that does not exist, none, two" {
	fails 1 'container does not exist' runtime update nobody
	fails 1 'requires exactly 1 argument' runtime update
	fails 1 'requires exactly 1 argument' runtime update one two
}

@test "update: nothing to change is no error" {
	sleeper
	ok update
	is "$output$stderr" ''
	ok resources '{}'
}

@test "update: memory, with units" {
	sleeper
	ok update --memory 64m
	is "$(memory)" 67108864
	ok update --memory '0.5 GiB'
	is "$(memory)" 536870912
	ok update --memory=33554432
	is "$(memory)" 33554432
	ok update --memory -1
	unlike "$(memory)" '^33554432$'
	ok update --memory-reservation 16m
	is "$(limit memory memory.soft_limit_in_bytes memory.low)" 16777216
}

@test "update: memory and memory plus swap, up and down in one call" {
	is_v2 && skip "v1's two limits bound each other"
	sleeper
	ok update --memory 32m --memory-swap 64m
	ok update --memory 128m --memory-swap 256m
	ok update --memory 32m --memory-swap 64m
	is "$(memory) $(cat "$(cgroup memory)/memory.memsw.limit_in_bytes")" '33554432 67108864'
	ok update --memory-swap -1
	is "$(memory)" 33554432
}

@test "update: quota without period, period without quota" {
	config '.linux.resources.cpu = { quota: 30000, period: 100000 }'
	sleeper
	ok update --cpu-quota 50000
	is "$(limit cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 50000
	ok update --cpu-period 200000
	is "$(limit cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 50000
	is "$(limit cpu cpu.cfs_period_us cpu.max | sed 's/.* //')" 200000
	ok update --cpu-quota 40000 --cpu-period 80000
	is "$(limit cpu cpu.cfs_quota_us cpu.max | cut -d' ' -f1)" 40000
}

@test "update: shares" {
	sleeper
	ok update --cpu-share 512
	is "$(limit cpu cpu.shares cpu.weight)" "$(is_v2 && echo 59 || echo 512)"
	is_v2 && return	# where every number of shares has a weight
	fails 1 'maximum allowed cpu-shares is 262144' update --cpu-share 262145
	fails 1 'minimum allowed cpu-shares is 2' update --cpu-share 1
	is "$(limit cpu cpu.shares -)" 512
}

# The ends of both scales, their defaults, and beyond the ends.
@test "update: shares as a weight of v2" {
	is_v2 || skip 'v1 has no weight'
	local pair

	sleeper
	for pair in 1:1 2:1 100:17 1024:100 262144:10000 262145:10000; do
		ok update --cpu-share "${pair%:*}"
		is "$pair $(limit cpu - cpu.weight)" "$pair ${pair#*:}"
	done
}

@test "update: burst and idle" {
	needs_runlet 'runc 1.1 has no such options'
	sleeper
	ok update --cpu-quota 50000 --cpu-burst 10000
	is "$(limit cpu cpu.cfs_burst_us cpu.max.burst)" 10000
	ok update --cpu-idle 1
	is "$(limit cpu cpu.idle cpu.idle)" 1
	ok update --cpu-idle 0
	is "$(limit cpu cpu.idle cpu.idle)" 0
	fails 1 'cpu.idle: 2 is not 0 or 1' update --cpu-idle 2
}

@test "update: cpuset" {
	sleeper
	ok update --cpuset-cpus 0 --cpuset-mems 0
	is "$(limit cpuset cpuset.cpus cpuset.cpus)" 0
	fails 1 'failed to write \"?99' update --cpuset-cpus 99
	is "$(limit cpuset cpuset.cpus cpuset.cpus)" 0
}

@test "update: pids" {
	sleeper
	ok update --pids-limit 10
	is "$(pids)" 10
	ok update --pids-limit -1
	is "$(pids)" max
	ok update --pids-limit=20
	is "$(pids)" 20
}

@test "update: the weight of block devices" {
	is_v2 && skip 'the scale of v2 is another'
	sleeper
	[[ -e $(cgroup blkio)/blkio.bfq.weight ]] || skip 'no bfq'
	ok update --blkio-weight 500
	is "$(cat "$(cgroup blkio)/blkio.bfq.weight")" 500
}

@test "update: resources from a file, a pipe and standard input" {
	sleeper
	echo '{ "memory": { "limit": 33554432 }, "pids": { "limit": 33 } }' > "$WORK/r.json"
	ok update --resources "$WORK/r.json"
	is "$(memory) $(pids)" '33554432 33'
	ok update --resources <(sed 's/33554432/67108864/' "$WORK/r.json")
	# From somebody who takes his time.
	ok update --resources <(sleep 2.5; sed 's/33554432/67108864/' "$WORK/r.json")
	is "$(memory) $(pids)" '67108864 33'
	ok resources '{ "pids": { "limit": 34 } }'
	is "$(memory) $(pids)" '67108864 34'
	ok runtime update -r - "$ID" <<< '{ "pids": { "limit": 35 } }'
	is "$(pids)" 35
}

@test "update: zeros and empty objects change nothing" {
	config '.linux.resources.pids.limit = 44 | .linux.resources.memory.limit = 67108864'
	sleeper
	ok resources '{ "memory": { "limit": 0, "swap": 0, "reservation": 0 },
		"cpu": { "shares": 0, "quota": 0, "period": 0, "cpus": "", "mems": "" },
		"blockIO": { "weight": 0 }, "pids": {}, "unknown": 1 }'
	is "$(memory) $(pids)" '67108864 44'
}

@test "update: with --resources the other options are ignored" {
	sleeper
	ok runtime update --pids-limit 77 --resources - "$ID" <<< '{ "pids": { "limit": 78 } }'
	is "$(pids)" 78
}

@test "update: what is not a resource" {
	sleeper
	fails 1 'open /no/such: no such file or directory' update --resources /no/such
	status_is_not_0 resources '{ "cpu":'
	status_is_not_0 resources '{ "cpu": 3 }'
	fails 1 'invalid value for memory: invalid size' update --memory 64X
	fails 1 'invalid value for cpu-quota: ' update --cpu-quota x
	fails 1 'invalid value for cpu-share: ' update --cpu-share -1
}

@test "update: unified resources on v1 are refused" {
	is_v2 && skip 'v2 has them'
	config '.linux.resources.memory.limit = 67108864'
	sleeper
	fails 1 'unified' resources '{ "unified": { "memory.high": "1000000" } }'
	is "$(memory)" 67108864
}

@test "update: a limit below what is used" {
	is_v2 && skip 'v2 reclaims or kills'
	sleeper
	fails 1 'unable to set memory limit to 100 \(current usage: [0-9]+, peak usage: [0-9]+\)' \
		update --memory 100
}

@test "update: all or nothing" {
	config '.linux.resources = { memory: { limit: 67108864 }, pids: { limit: 44 },
		cpu: { quota: 30000, period: 100000, shares: 700, cpus: "0" } }'
	sleeper
	before=$(memory; pids; limit cpu cpu.shares cpu.weight
		limit cpu cpu.cfs_quota_us cpu.max; limit cpu cpu.cfs_period_us cpu.max)
	fails 1 'failed to write \"?99' update --memory 128m --pids-limit 45 --cpu-share 800 \
		--cpu-quota 90000 --cpu-period 200000 --cpuset-cpus 99
	after=$(memory; pids; limit cpu cpu.shares cpu.weight
		limit cpu cpu.cfs_quota_us cpu.max; limit cpu cpu.cfs_period_us cpu.max)
	is "$after" "$before"
	is "$(limit cpuset cpuset.cpus cpuset.cpus)" 0
}

@test "update: device rules are left as they are" {
	is_v2 && skip 'v2 has no list of them'
	config '.linux.resources.devices = [{ allow: false, access: "rwm" }]'
	sleeper
	before=$(cat "$(cgroup devices)/devices.list")
	ok resources '{ "devices": [{ "allow": true, "access": "rwm" }], "pids": { "limit": 5 } }'
	is "$(pids)" 5
	is "$(cat "$(cgroup devices)/devices.list")" "$before"
}

@test "update: created, paused and stopped containers" {
	args sleep 1000
	create
	ok update --pids-limit 11
	is "$(pids)" 11
	start
	ok runtime pause "$ID"
	ok update --pids-limit 12 --memory 64m
	is "$(pids) $(memory)" '12 67108864'
	is "$(status_of)" paused
	ok runtime resume "$ID"
	runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	fails 1 'container not running' update --pids-limit 13
	ok runtime delete "$ID"
}

@test "update: kernel memory is ignored, with a warning" {
	sleeper
	ok update --kernel-memory 10m
	like "$stderr" 'Kernel memory settings are ignored'
}
