#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Runs last: whatever any file of the suite left on this machine shows here.

@test "no cgroup of the suite is left" {
	left=$(find /sys/fs/cgroup -type d -name 'rlbats-*' 2> /dev/null)
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no mount of the suite is left" {
	left=$(grep -E '/bats-run-[^/]+/(test|file)/|rlbats' /proc/self/mountinfo || :)
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no process of the suite is left" {
	left=''
	for f in $(grep -lsa 'RLBATS=rlbats-' /proc/[0-9]*/environ); do
		pid=${f#/proc/} pid=${pid%/environ}
		left+="$pid $(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline")"$'\n'
	done
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no network namespace is left by name, and no link on the host" {
	left=$(ls /run/netns 2> /dev/null | grep rlbats || :)
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no container of the suite in the runtimes' default roots" {
	left=$(find /run/runlet /run/runc /run/crun -maxdepth 1 -name 'rlbats-*' 2> /dev/null)
	[[ -z $left ]] || { echo "$left"; return 1; }
}
