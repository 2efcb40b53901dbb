#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The state root is read-only, or full; or the runtime may open few files.
load helpers

# The root is a file system of its own, in a mount namespace that all of a test's commands share.
small_root()
{
	mkdir -p "$ROOT"
	mount -t tmpfs -o "$1" tmpfs "$ROOT"
}

test_teardown()
{
	if mountpoint -q "$ROOT"; then
		umount -l "$ROOT"
	fi
}

fill() { ! head -c 100M /dev/zero > "$ROOT/.filler" 2> /dev/null; }

one_message() { is "$(grep -c . <<< "$stderr")" 1; }

@test "read-only: create and delete say so, and what can be read is" {
	needs_runlet 'runc deletes with success, and the state stays'
	small_root size=1m
	sleeper
	mount -o remount,ro "$ROOT"
	is "$(status_of)" running
	fails 1 'read-only file system' runtime create --bundle "$BUNDLE" "$ID-2"
	one_message
	fails 1 'read-only file system' runtime delete --force "$ID"
	one_message
	is "$(status_of)" stopped
	mount -o remount,rw "$ROOT"
	ok runtime delete "$ID"
}

@test "full: create says so and leaves nothing; the rest needs no room" {
	needs_runlet 'runc names no reason'
	small_root size=256k
	sleeper
	config '.linux.cgroupsPath = $p' --arg p "/$CG-2"
	fill
	fails 1 'no space left on device' runtime create --bundle "$BUNDLE" "$ID-2"
	one_message
	is "$(find "$ROOT" -mindepth 1 -maxdepth 1 -name "$ID-2")" ''
	fails 1 'no space left on device' runtime run --bundle "$BUNDLE" "$ID-2"
	ok runtime exec "$ID" true
	ok runtime pause "$ID"
	ok runtime resume "$ID"
	ok runtime update --pids-limit 77 "$ID"
	ok runtime list
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	rm "$ROOT/.filler"
}

@test "few inodes: create works, or says so and leaves nothing" {
	needs_runlet 'runc names no reason'
	local n

	args true
	for n in 2 3 4 5 6 7 8; do
		small_root "nr_inodes=$n"
		run_it runtime run --bundle "$BUNDLE" "$ID"
		if [[ $status -ne 0 ]]; then
			like "$stderr" 'no space left on device'
			one_message
		fi
		is "$(states_left)" ''
		umount "$ROOT"
	done
	is "$status" 0
}

few_descriptors()
{
	timeout -k 1 10 prlimit --nofile="$1:$1" "$RUNTIME_BIN" --root "$ROOT" "${@:2}" 3>&-
}

@test "few descriptors: run works, or says so and leaves nothing" {
	needs_runlet 'runc hangs or panics'
	local n worked=0

	args true
	config 'del(.process.rlimits)'
	for n in {3..20} 24 32 40 64; do
		run_it few_descriptors "$n" run --bundle "$BUNDLE" "$ID"
		unlike "$status" '^(124|137)$'
		if [[ $status -eq 0 ]]; then
			worked=$n
		else
			like "$stderr" 'too many open files|error while loading'
			one_message
		fi
		wait_for 3 nothing_left
	done
	is "$worked" 64
}
