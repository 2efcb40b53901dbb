#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What callers try out to learn whether there is checkpoint and restore.
load helpers

@test "checkpoint, restore: help, with the options that callers know" {
	local verb option

	for verb in checkpoint restore; do
		ok runtime "$verb" --help
		for option in image-path work-path tcp-established ext-unix-sk shell-job file-locks \
			manage-cgroups-mode empty-ns auto-dedup lazy-pages; do
			like "$output" "--$option"
		done
	done
	ok runtime checkpoint --help
	like "$output" '--parent-path.*--pre-dump'
	like "$output" '--leave-running'
	like "$output" '--page-server'
	like "$output" '--status-fd'
	ok runtime restore --help
	like "$output" '--bundle'
	like "$output" '--console-socket'
	like "$output" '--pid-file'
	like "$output" '--lsm-profile'
	like "$output" '--lsm-mount-context'
}

@test "restore --lsm-mount-context: podman looks for what is missing" {
	fails 1 'flag needs an argument: -lsm-mount-context' runtime restore --lsm-mount-context
	like "$output" '^Incorrect Usage: flag needs an argument: -lsm-mount-context'
}

@test "checkpoint, restore: the arguments" {
	fails 1 'requires exactly 1 argument' runtime checkpoint
	fails 1 'requires exactly 1 argument' runtime restore
	fails 1 'flag provided but not defined: -nosuch' runtime checkpoint --nosuch x
	fails 1 'container does not exist' runtime checkpoint nobody
}

@test "checkpoint: says that it cannot, and leaves the container alone" {
	needs_runlet 'runc needs criu'
	sleeper
	cd "$WORK"
	fails 1 "cannot checkpoint container $ID: this version does not support checkpoints" \
		runtime checkpoint --image-path "$WORK/image" --work-path "$WORK/work" "$ID"
	is "${#stderr_lines[@]}" 1
	is "$(status_of)" running
	ok runtime exec "$ID" true
	[[ ! -e $WORK/image && ! -e $WORK/work && ! -e $WORK/checkpoint ]]
}

@test "restore: says that it cannot, and makes nothing" {
	needs_runlet 'runc needs criu'
	fails 1 "cannot restore container $ID: this version does not support checkpoints" \
		runtime restore --bundle "$BUNDLE" --image-path "$WORK/image" --detach \
		--pid-file "$PID_FILE" "$ID"
	is "${#stderr_lines[@]}" 1
	[[ ! -e $PID_FILE && ! -e $ROOT/$ID ]]
	fails 1 'invalid container ID format' runtime restore --bundle "$BUNDLE" ../x
}
