#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# orchctl logs, of a container that ran and of one that runs.

load helpers

setup_file()
{
	local tool

	for tool in umoci skopeo dnsmasq; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	plc_image "$BATS_FILE_TMPDIR/plc"
}

test_setup()
{
	OPTIONS=(--image "oci:$BATS_FILE_TMPDIR/plc")
	plant
	create plc
	wait_for 10 grep -q 'stderr F to standard error' "$LOGS/$NS/plc.log"
}

@test "both streams, times, the last lines" {
	run --separate-stderr orchctl logs plc
	[ "$status" -eq 0 ]
	[ "$output" = 'started as plc' ]
	[ "$stderr" = 'to standard error' ]
	device stop_device plc
	run --separate-stderr orchctl logs plc
	[ "$output" = $'started as plc\nstopping' ]
	run orchctl logs --tail 1 plc
	[ "$output" = stopping ]
	run --separate-stderr orchctl logs -n 0 plc
	[ -z "$output$stderr" ]
	run --separate-stderr orchctl logs -t plc
	[[ ${lines[0]} =~ ^20[0-9]{2}-[0-9-]+T[0-9:]+\.[0-9]{9}Z\ started\ as\ plc$ ]]
}

@test "old files come first, damaged lines as they are" {
	device stop_device plc
	echo '2026-01-01T00:00:00.000000000Z stdout F older' > "$LOGS/$NS/plc.log.2"
	printf '%s\n' '2026-01-01T00:00:01.000000000Z stdout P in ' '2026-01-01T00:00:01.000000000Z stdout F parts' \
		'what is this' > "$LOGS/$NS/plc.log.1"
	run --separate-stderr orchctl logs plc
	[ "$output" = $'older\nin parts\nwhat is this\nstarted as plc\nstopping' ]
	run --separate-stderr orchctl logs --tail 4 plc
	[ "$output" = $'what is this\nstarted as plc\nstopping' ]
}

@test "following, over a restart and a file that is put aside, until it is deleted" {
	orchctl logs -f --tail 1 plc > "$WORK/followed" 2>&1 &
	follower=$!
	wait_for 5 grep -q 'to standard error' "$WORK/followed"
	device restart_device plc
	wait_for 5 grep -q 'started as plc' "$WORK/followed"
	mv "$LOGS/$NS/plc.log" "$LOGS/$NS/plc.log.1"
	echo '2026-01-01T00:00:00.000000000Z stdout F in the new file' > "$LOGS/$NS/plc.log"
	wait_for 5 grep -q 'in the new file' "$WORK/followed"
	device delete_device plc --wait
	wait "$follower"
	[ "$(grep -c 'started as plc' "$WORK/followed")" -eq 1 ]
	[ ! -e "$LOGS/$NS/plc.log" ]
	[ ! -e "$LOGS/$NS/plc.log.1" ]
}

@test "who is not there" {
	run orchctl logs nobody
	[ "$status" -eq 1 ]
	[[ $output == *"nobody: no such container" ]]
	run orchctl logs ../plc
	[ "$status" -eq 1 ]
	run orchctl logs --tail x plc
	[ "$status" -eq 1 ]
}
