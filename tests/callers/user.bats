#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A test as a user of a runtime writes one, with nothing but bats, busybox and jq: a bundle by `spec`,
# edited, and its life from create to delete.
#
#   sudo bats tests/callers/user.bats                        # runlet on PATH
#   sudo RUNTIME=/usr/sbin/runc bats tests/callers/user.bats

setup_file()
{
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	mkdir -p "$BATS_FILE_TMPDIR/rootfs/bin"
	cp "$(command -v busybox)" "$BATS_FILE_TMPDIR/rootfs/bin/"
	chroot "$BATS_FILE_TMPDIR/rootfs" /bin/busybox --install -s /bin
}

setup()
{
	ID=user-$$-$BATS_TEST_NUMBER
	BUNDLE=$BATS_TEST_TMPDIR
	cp -a "$BATS_FILE_TMPDIR/rootfs" "$BUNDLE/rootfs"
	cd "$BUNDLE" || return
	runtime spec
	edit '.process.terminal = false | .process.args = ["sleep", "1000"] | .root.readonly = false'
}

teardown()
{
	runtime delete --force "$ID"
	[ -z "$(runtime list --quiet)" ]
}

runtime() { "${RUNTIME:-runlet}" --root "$BATS_TEST_TMPDIR/state" "$@"; }
edit() { jq "$1" config.json > new.json && mv new.json config.json; }
status() { runtime state "$ID" | jq -r .status; }
# A container outlives the call that starts it, and must not hold bats's pipes.
start() { runtime run --detach "$ID" < /dev/null > out 2>&1 3>&-; }
wait_until()
{
	local i

	for ((i = 0; i < 100; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	return 1
}
is_stopped() { [ "$(status)" = stopped ]; }

@test "spec writes a configuration that runs" {
	edit '.process.args = ["echo", "hello"]'
	run runtime run "$ID"
	[ "$status" -eq 0 ]
	[ "$output" = hello ]
}

@test "spec does not overwrite" {
	run runtime spec
	[ "$status" -ne 0 ]
	[[ $output == *exists* ]]
}

@test "run returns the program's status" {
	edit '.process.args = ["sh", "-c", "exit 42"]'
	run runtime run "$ID"
	[ "$status" -eq 42 ]
}

@test "run says what it cannot run" {
	edit '.process.args = ["nosuch"]'
	run runtime run "$ID"
	[ "$status" -ne 0 ]
	[[ $output == *'executable file not found in $PATH'* ]]
}

@test "run passes stdin on" {
	edit '.process.args = ["cat"]'
	[ "$(echo typed | runtime run "$ID")" = typed ]
}

@test "create, start, kill, delete" {
	runtime create --bundle "$BUNDLE" --pid-file pid "$ID" < /dev/null > out 2>&1 3>&-
	[ "$(status)" = created ]
	[ "$(runtime state "$ID" | jq .pid)" = "$(cat pid)" ]
	runtime start "$ID"
	[ "$(status)" = running ]
	run runtime delete "$ID"
	[ "$status" -ne 0 ]
	runtime kill "$ID" KILL
	wait_until is_stopped
	runtime delete "$ID"
	run runtime state "$ID"
	[ "$status" -eq 1 ]
	[[ $output == *'container does not exist'* ]]
}

@test "a program that listens to SIGTERM" {
	edit '.process.args = ["sh", "-c", "trap \"echo bye; exit\" TERM; echo up; while :; do sleep 0.1; done"]'
	start
	wait_until grep -q up out
	runtime kill "$ID" TERM
	wait_until is_stopped
	grep -qx bye out
}

@test "exec" {
	start
	[ "$(runtime exec "$ID" hostname)" = "$(jq -r .hostname config.json)" ]
	[ "$(runtime exec --env A=b --cwd /bin --user 1:2 "$ID" sh -c 'echo $A $PWD $(id -u):$(id -g)')" = 'b /bin 1:2' ]
	run runtime exec "$ID" sh -c 'exit 9'
	[ "$status" -eq 9 ]
	runtime exec --detach "$ID" sleep 999 < /dev/null > /dev/null 2>&1 3>&-
	[ "$(runtime ps --format json "$ID" | jq length)" -eq 2 ]
}

@test "exec writes to the container's tree" {
	start
	runtime exec "$ID" sh -c 'echo kept > /kept'
	[ "$(cat rootfs/kept)" = kept ]
}

@test "pause, resume" {
	start
	runtime pause "$ID"
	[ "$(status)" = paused ]
	runtime resume "$ID"
	[ "$(status)" = running ]
}

@test "a volume, and a memory limit" {
	mkdir volume
	echo of-host > volume/file
	edit ".mounts += [{ destination: \"/v\", type: \"bind\", source: \"$BUNDLE/volume\", options: [\"bind\", \"ro\"] }]
		| .linux.resources.memory.limit = 33554432 | .linux.cgroupsPath = \"/$ID\""
	start
	[ "$(runtime exec "$ID" cat /v/file)" = of-host ]
	run runtime exec "$ID" touch /v/x
	[ "$status" -ne 0 ]
	runtime update --memory 67108864 "$ID"
	[ "$(runtime events --stats "$ID" | jq .data.memory.usage.limit)" = 67108864 ]
}

@test "list" {
	start
	[[ $(runtime list) == *"$ID"*running* ]]
	[ "$(runtime list --quiet)" = "$ID" ]
	[ "$(runtime list --format json | jq -r '.[0].bundle')" = "$BUNDLE" ]
}
