#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a guest must show before anything else is asked of it.
load ../integration/helpers

test_setup()
{
	[[ -e /run/vm/agent ]] || skip 'not in a guest of tests/vm/run'
}

@test "run, exec and delete" {
	sleeper
	ok runtime exec "$ID" sh -c 'echo $((6 * 7))'
	is "$output" 42
	ok grep -c . "$(cgroup pids)/cgroup.procs"
	runtime kill "$ID" KILL
	wait_for 10 status_is stopped
	ok runtime delete "$ID"
	[[ ! -e $(cgroup pids) ]]
}

@test "limits reach the kernel" {
	config '.linux.resources.pids.limit = 42'
	sleeper
	is "$(cat "$(cgroup pids)/pids.max")" 42
}
