#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Classes of service. The work on resctrl itself is tested on a tree of files (test_rdt.c): few
# machines have the real one, and nothing else can stand in its place, which is tested here.
load helpers

has_rdt() { [[ -e /sys/fs/resctrl/info/L3/cbm_mask ]]; }
needs_rdt() { has_rdt || skip 'this host has no Intel RDT'; }
needs_none() { ! has_rdt || skip 'this host has Intel RDT'; }

@test "intelRdt: without resctrl a clear error, and nothing left" {
	needs_none
	needs_runlet 'runc 1.1 goes on without'
	config '.linux.intelRdt = { closID: "gold" }'
	fails 1 'linux.intelRdt: Intel RDT is not available: no resctrl file system is mounted' \
		run_container
	nothing_left
	config '.linux.intelRdt = { l3CacheSchema: "L3:0=f", enableMonitoring: true }'
	fails 1 'linux.intelRdt: Intel RDT is not available' run_container
	nothing_left
}

@test "intelRdt: a directory that looks like resctrl is not taken for it" {
	needs_none
	needs_runlet 'runc 1.1 goes on without'
	config '.linux.intelRdt = { closID: "gold" }'
	mkdir -p "$WORK/fs/cgroup" "$WORK/fs/resctrl/gold" "$WORK/fs/resctrl/info/L3"
	touch "$WORK/fs/resctrl/gold/tasks" "$WORK/fs/resctrl/gold/schemata"
	# shellcheck disable=SC2016
	fails 1 'linux.intelRdt: Intel RDT is not available' timeout 20 unshare --mount sh -c '
		mount --rbind /sys/fs/cgroup "$1/cgroup" && mount --rbind "$1" /sys/fs &&
		shift && exec "$@"' sh "$WORK/fs" "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	nothing_left
}

@test "intelRdt: what is no class's name" {
	needs_runlet 'runc 1.1 goes on without'
	for id in a/b .. .; do
		config '.linux.intelRdt = { closID: $id }' --arg id "$id"
		fails 1 "linux.intelRdt.closID: not a directory's name" run_container
	done
	config '.linux.intelRdt = { memBwSchema: "L3:0=f" }'
	fails 1 'linux.intelRdt.memBwSchema' run_container
	config '.linux.intelRdt = { schemata: ["L3:0=f\nMB:0=10"] }'
	fails 1 'linux.intelRdt.schemata\[0\]: must be one line' run_container
	nothing_left
}

@test "intelRdt: update without resctrl" {
	needs_none
	config '.linux.resources.pids.limit = 44'
	sleeper
	fails 1 'Intel RDT/CAT: l3 cache schema is not enabled' \
		runtime update --l3-cache-schema L3:0=f --pids-limit 5 "$ID"
	fails 1 'Intel RDT/MBA: memory bandwidth schema is not enabled' \
		runtime update --mem-bw-schema MB:0=20 "$ID"
	is "$(jq .data.pids.limit <<< "$(runtime events --stats "$ID")")" 44
}

@test "intelRdt: update, a schema of more than one line" {
	needs_runlet 'runc 1.1 writes it'
	sleeper
	fails 1 'invalid value for l3-cache-schema: must be one line' \
		runtime update --l3-cache-schema $'L3:0=f\nMB:0=10' "$ID"
	fails 1 'invalid value for mem-bw-schema: must be one line that begins with "MB:"' \
		runtime update --mem-bw-schema L3:0=f "$ID"
}

@test "intelRdt: statistics of a container without a class" {
	sleeper
	is "$(runtime events --stats "$ID" | jq -c .data.intel_rdt)" '{}'
}

@test "intelRdt: features" {
	needs_runlet 'runc 1.1 does not tell'
	is "$(runtime features | jq -c .linux.intelRdt)" \
		'{"enabled":true,"schemata":true,"monitoring":true}'
}

@test "intelRdt: a class of its own, for init, exec and statistics; gone after delete" {
	needs_rdt
	mask=$(cat /sys/fs/resctrl/info/L3/cbm_mask)
	config '.linux.intelRdt = { l3CacheSchema: "L3:0=\($m)" }' --arg m "$mask"
	sleeper
	file_has "/sys/fs/resctrl/$ID/tasks" "^$INIT$"
	file_has "/sys/fs/resctrl/$ID/schemata" "L3:0=$mask"
	runtime exec --detach --pid-file "$WORK/exec.pid" "$ID" sleep 1001 > "$OUT" 2>&1
	file_has "/sys/fs/resctrl/$ID/tasks" "^$(cat "$WORK/exec.pid")$"
	like "$(runtime events --stats "$ID" | jq -r .data.intel_rdt.l3_cache_schema)" "L3:0=$mask"
	ok runtime delete --force "$ID"
	[[ ! -e /sys/fs/resctrl/$ID ]]
}

@test "intelRdt: a shared class stays" {
	needs_rdt
	mkdir "/sys/fs/resctrl/$CG-shared"
	config '.linux.intelRdt = { closID: $c }' --arg c "$CG-shared"
	sleeper
	file_has "/sys/fs/resctrl/$CG-shared/tasks" "^$INIT$"
	ok runtime delete --force "$ID"
	rmdir "/sys/fs/resctrl/$CG-shared"
}
