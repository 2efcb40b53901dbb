#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Thunder's Process Containers: its configuration runs unchanged, and so do its command lines.
load helpers

THUNDER=$BATS_TEST_DIRNAME/../fixtures/seed/thunder.json

# Only the bundle around it is ours; the config has no cgroupsPath, so the cgroup is the id's.
test_setup()
{
	[[ -e $THUNDER ]] || skip "no $THUNDER"
	cp "$THUNDER" "$BUNDLE/config.json"
}

@test "the configuration runs unchanged" {
	cp "$THUNDER" "$BUNDLE/config.json"
	cmp "$THUNDER" "$BUNDLE/config.json"
	run_it bash -c 'echo "echo \$COMMUNICATOR_CONNECTOR; hostname; touch /x; grep \" /tmp \" /proc/self/mounts; exit 6" |
		"$0" --root "$1" run --bundle "$2" "$3"' "$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID"
	is "$status" 6
	like "$output" $'^/tmp/communicator\nrunc\n'
	like "$output" ' /tmp '
	like "$stderr" 'Read-only file system'
}

@test "/tmp of the host is shared with the container" {
	local f=$WORK/from-inside

	run_it bash -c 'echo "echo hello > $4" | "$0" --root "$1" run --bundle "$2" "$3"' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID" "$f"
	is "$status" 0
	is "$(cat "$f")" hello
}

@test "create, exec while created, kill, delete" {
	create
	ok runtime exec "$ID" echo hello
	is "$output" hello
	run_it runtime exec "$ID" sh -c 'touch /x'
	[[ $status -ne 0 ]]
	ok runtime kill "$ID" SIGKILL
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
}

@test "single-dash options" {
	timeout 10 "$RUNTIME_BIN" -root "$ROOT" create -bundle "$BUNDLE" -pid-file "$PID_FILE" "$ID" \
		> "$OUT" 2>&1 < /dev/null
	ok timeout 10 "$RUNTIME_BIN" -root "$ROOT" exec -cwd /tmp "$ID" pwd
	is "$output" /tmp
}

@test "run --args: the command of the line instead of the config's" {
	needs_runlet 'runc has no --args'
	ok runtime run --bundle "$BUNDLE" --args '["echo", "hello"]' "$ID"
	is "$output" hello
}
