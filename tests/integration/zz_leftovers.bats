#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Runs last: whatever any file of the suite left on this machine shows here.

# Another run of the suite may be under way: names end with the number of its bats.
finished()
{
	local name

	while read -r name; do
		[[ -d /proc/${name##*-} && $name =~ -[0-9]+$ ]] || echo "$name"
	done
}

@test "no cgroup of the suite is left" {
	left=$(find /sys/fs/cgroup -type d -name 'rlbats-*' 2> /dev/null | finished)
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no mount of the suite is left" {
	left=$(grep -oE '/bats-run-[^/]+/|rlbats-[^ ]*-[0-9]+' /proc/self/mountinfo | sort -u |
		while read -r m; do
			# The directory of a run goes with it.
			[[ $m == /bats-run-* && -d /tmp$m ]] || finished <<< "$m"
		done)
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no process of the suite is left" {
	left=''
	for f in $(grep -lsa 'RLBATS=rlbats-' /proc/[0-9]*/environ); do
		pid=${f#/proc/} pid=${pid%/environ}
		mark=$(sed -zn 's/^RLBATS=//p' "$f" 2> /dev/null | tr -d '\0') || continue
		if [[ -n $mark && -n $(finished <<< "$mark") ]]; then
			left+="$pid of $mark"$'\n'
		fi
	done
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no network namespace is left by name, and no link on the host" {
	left=$(find /run/netns -name 'rlbats-*' 2> /dev/null | finished)
	[[ -z $left ]] || { echo "$left"; return 1; }
}

@test "no container of the suite in the runtimes' default roots" {
	left=$(find /run/runlet /run/runc /run/crun -maxdepth 1 -name 'rlbats-*' 2> /dev/null | finished)
	[[ -z $left ]] || { echo "$left"; return 1; }
}
