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

@test "checkpoint: what is not as it should be, and the container goes on" {
	local file=$WORK/file

	needs_runlet 'the words are ours'
	sleeper
	fails 1 '--empty-ns: unsupported namespace "pid"' \
		runtime checkpoint --image-path "$WORK/image" --empty-ns pid "$ID"
	fails 1 '--page-server: "1.2.3.4" is not ADDRESS:PORT' \
		runtime checkpoint --image-path "$WORK/image" --page-server 1.2.3.4 "$ID"
	fails 1 '--parent-path: "/x" is not relative to the images' \
		runtime checkpoint --image-path "$WORK/image" --parent-path /x "$ID"
	fails 1 '--parent-path: none: no such file' \
		runtime checkpoint --image-path "$WORK/image" --parent-path none "$ID"
	: > "$file"
	fails 1 "images: mkdir $file.*: (file exists|not a directory)" \
		runtime checkpoint --image-path "$file" "$ID"
	fails 1 'x/none: no such file' runtime --criu /x/none checkpoint --image-path "$WORK/image" "$ID"
	is "${#stderr_lines[@]}" 1
	is "$(status_of)" running
	ok runtime exec "$ID" true
}

@test "checkpoint: a container that does not run" {
	args true
	create
	fails 1 'Container cannot be checkpointed in created state' \
		runtime checkpoint --image-path "$WORK/image" "$ID"
	[[ ! -e $WORK/image ]]
	start
	wait_for 5 status_is stopped
	fails 1 'Container cannot be checkpointed in stopped state' \
		runtime checkpoint --image-path "$WORK/image" "$ID"
}

@test "restore: images that are none, and nothing is made" {
	needs_runlet 'the words are ours'
	fails 1 'images: open .*/image: no such file' runtime restore --bundle "$BUNDLE" \
		--image-path "$WORK/image" --detach --pid-file "$PID_FILE" "$ID"
	is "${#stderr_lines[@]}" 1
	mkdir "$WORK/image"
	fails 1 'images: .*descriptors.json.*no such file' runtime restore --bundle "$BUNDLE" \
		--image-path "$WORK/image" --detach "$ID"
	echo '{"a":1}' > "$WORK/image/descriptors.json"
	fails 1 'images: descriptors.json: is no array of 3 names' runtime restore \
		--bundle "$BUNDLE" --image-path "$WORK/image" --detach "$ID"
	echo '["","",""]' > "$WORK/image/descriptors.json"
	fails 1 'x/none: no such file' runtime --criu /x/none restore --bundle "$BUNDLE" \
		--image-path "$WORK/image" --detach "$ID"
	[[ ! -e $PID_FILE && ! -e $ROOT/$ID ]]
	fails 1 'invalid container ID format' runtime restore --bundle "$BUNDLE" \
		--image-path "$WORK/image" ../x
}

@test "restore --lsm-profile: what is none, and nothing is made" {
	local profile

	needs_runlet 'the words are ours'
	mkdir "$WORK/image"
	echo '["","",""]' > "$WORK/image/descriptors.json"
	for profile in web apparmor: apparmor selinux: smack:web; do
		fails 1 "--lsm-profile: \"$profile\" is not apparmor:PROFILE or selinux:LABEL" runtime \
			restore --bundle "$BUNDLE" --image-path "$WORK/image" --lsm-profile "$profile" --detach "$ID"
	done
	fails 1 '--lsm-profile: unable to apply apparmor profile "rlbats-none"' runtime restore --bundle \
		"$BUNDLE" --image-path "$WORK/image" --lsm-profile apparmor:rlbats-none --detach "$ID"
	fails 1 '--lsm-profile: unable to set selinux label "rlbats-none"' runtime restore --bundle \
		"$BUNDLE" --image-path "$WORK/image" --lsm-profile selinux:rlbats-none --detach "$ID"
	[[ ! -e $ROOT/$ID ]]
}
