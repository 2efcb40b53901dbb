#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# checkpoint and restore, where CRIU works: see tests/vm.
load helpers
load criu

@test "checkpoint, restore: the processes go on where they were" {
	saved 3
	fails 1 'container does not exist' runtime state "$ID"
	is "$(cgroups_left)" ''
	restored
	is "$(status_of)" running
	is "$(runtime state "$ID" | jq .pid)" "$INIT"
	wait_for 20 counts_past 4
	is "$(runtime ps --format json "$ID" | jq 'index('"$INIT"') != null')" true
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
}

@test "restore: another id, cgroup, bundle and source of a bind mount" {
	local other=$WORK/other

	mkdir "$WORK/first" "$WORK/second" && echo first > "$WORK/first/f" && echo second > "$WORK/second/f"
	mount_add "{destination: \"/srv/data\", type: \"bind\", source: \"$WORK/first\", options: [\"bind\"]}"
	config '.linux.resources.pids.limit = 77'
	saved 2
	# The images do not hold the root, in which the mounts' places were made.
	mkdir "$other" && cp -a "$BATS_FILE_TMPDIR/rootfs" "$other/rootfs"
	jq --arg src "$WORK/second" --arg cg "/$CG-moved" '(.mounts[] | select(.destination == "/srv/data")
		| .source) = $src | .linux.cgroupsPath = $cg' "$BUNDLE/config.json" > "$other/config.json"
	rm -r "$BUNDLE"
	BUNDLE=$other ID=$ID-moved CG=$CG-moved
	restored
	wait_for 20 counts_past 3
	is "$(runtime exec "$ID" cat /srv/data/f)" second
	like "$(cat "/proc/$INIT/cgroup")" "/$CG"
	is "$(cat "$(cgroup pids)/pids.max")" 77
	CG=${CG%-moved}
	is "$(find /sys/fs/cgroup -type d -name "$CG")" ''
	ok runtime delete --force "$ID"
}

@test "restore: masks, read-only paths, limits and rights are as they were" {
	local path before after

	what_is()
	{
		grep -E '^(Cap|Seccomp|NoNewPrivs|Uid|Gid|Groups)' "/proc/$INIT/status"
		awk '{ print $5, $6 }' "/proc/$INIT/mountinfo" | sed 's/master:[0-9]*//' | sort
		cat "/proc/$INIT/oom_score_adj"
	}
	config '.process.oomScoreAdj = 300 | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
	create_start
	wait_for 20 counts_past 1
	before=$(what_is)
	ok checkpoint || { show_logs; return 1; }
	restored
	after=$(what_is)
	is "$after" "$before"
	is "$(runtime exec "$ID" sh -c 'cat /proc/kcore | wc -c')" 0
	fails 1 'Read-only file system' runtime exec "$ID" sh -c 'echo 1 > /proc/sys/kernel/panic'
}

@test "checkpoint --leave-running, then from there" {
	local n

	saved 2 --leave-running
	is "$(status_of)" running
	n=$(count)
	wait_for 20 counts_past "$n"
	ok runtime delete --force "$ID"
	restored
	wait_for 20 counts_past 2
}

@test "checkpoint --pre-dump, and --parent-path for what has changed since" {
	local first

	config '.process.args[2] = "i=0; x=$(head -c 3000000 /dev/zero | tr \"\\\\0\" x); " + .process.args[2]'
	create_start
	wait_for 20 counts_past 2
	ok runtime checkpoint --pre-dump --image-path "$WORK/pre" --work-path "$WORK/logs" "$ID"
	is "$(status_of)" running
	[[ -e $WORK/logs/dump.log && ! -e $WORK/pre/dump.log && ! -e $WORK/pre/descriptors.json ]]
	first=$(count)
	wait_for 20 counts_past "$first"
	ok checkpoint --parent-path ../pre || { show_logs; return 1; }
	[[ -L $IMAGES/parent ]]
	(($(cat "$IMAGES"/pages-*.img | wc -c) < $(cat "$WORK"/pre/pages-*.img | wc -c)))
	restored
	wait_for 20 counts_past "$first"
}

@test "restore in the foreground: its exit status, and nothing stays" {
	script 'while [ ! -e /tmp/end ]; do sleep 0.1; done; exit 17'
	create_start
	ok checkpoint || { show_logs; return 1; }
	background runtime restore --bundle "$BUNDLE" --image-path "$IMAGES" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null
	wait_for 20 status_is running
	ok runtime exec "$ID" touch /tmp/end
	wait_status "$BG"
	is "$status" 17
	fails 1 'container does not exist' runtime state "$ID"
}

@test "restore: a terminal, through --console-socket" {
	local socket=$WORK/console.sock

	config '.process.terminal = true'
	script 'while :; do read -r line; echo "got $line"; done'
	background python3 "$BATS_TEST_DIRNAME/helpers/console.py" "$socket" "$WORK/first" 'hello\n'
	wait_for 5 test -e "$WORK/first.ready"
	create_start --console-socket "$socket"
	wait_for 20 file_has "$WORK/first" 'got hello'
	ok checkpoint --shell-job || { show_logs; return 1; }
	rm -f "$socket"
	background python3 "$BATS_TEST_DIRNAME/helpers/console.py" "$socket" "$WORK/second" 'again\n'
	wait_for 5 test -e "$WORK/second.ready"
	restored --console-socket "$socket" --shell-job
	wait_for 20 file_has "$WORK/second" 'got again'
}

@test "restore: pipes are those of the caller now" {
	mkfifo "$WORK/pipe"
	script 'while :; do echo tick; sleep 0.1; done'
	background cat "$WORK/pipe" > "$WORK/first"
	runtime run -d --bundle "$BUNDLE" "$ID" > >(cat > "$WORK/first") 2>&1 < /dev/null
	wait_for 20 file_has "$WORK/first" tick
	echo > "$WORK/pipe"
	ok checkpoint || { show_logs; return 1; }
	runtime restore -d --bundle "$BUNDLE" --image-path "$IMAGES" "$ID" > >(cat > "$WORK/second") \
		2>&1 < /dev/null
	wait_for 20 file_has "$WORK/second" tick
}

@test "checkpoint, restore: a network namespace that was joined, by its path then" {
	local ns=$WORK/netns inode

	NS=$ns
	touch "$ns"
	unshare --net="$ns" true
	inode=$(stat -Lc %i "$ns")
	namespace_drop network
	namespace_add "{type: \"network\", path: \"$ns\"}"
	saved 2
	restored
	is "$(stat -Lc %i "/proc/$INIT/ns/net")" "$inode"
}

@test "restore: the hooks of the host, with the state" {
	config '.hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "cat > \($f).create"]}],
		poststop: [{path: "/bin/sh", args: ["sh", "-c", "cat > \($f).poststop"]}]}' \
		--arg f "$WORK/hook"
	saved 2
	rm "$WORK"/hook.*
	restored
	is "$(jq -r .id "$WORK/hook.create")" "$ID"
	is "$(jq -r .bundle "$WORK/hook.create")" "$(realpath "$BUNDLE")"
	ok runtime delete --force "$ID"
	is "$(jq -r .status "$WORK/hook.poststop")" stopped
}

connected() { runtime exec "$ID" grep -q ':0063 01 ' /proc/net/tcp; }

@test "checkpoint fails: the container goes on, and the message names CRIU's log" {
	config '.process.args[2] = "sleep 1000 | nc -l -p 99 > /dev/null &
		sleep 1000 | until nc 127.0.0.1 99; do sleep 0.2; done > /dev/null 2>&1 & " +
		.process.args[2]'
	create_start
	wait_for 20 counts_past 1
	wait_for 20 connected
	fails 1 "criu failed: type DUMP errno .*: log file: $IMAGES/dump.log" checkpoint
	is "${#stderr_lines[@]}" 1
	[[ -s $IMAGES/dump.log ]]
	is "$(status_of)" running
	wait_for 20 counts_past "$(count)"
	connected
}

@test "restore fails: nothing is left, and the message names CRIU's log" {
	saved 2
	rm "$IMAGES"/pages-*.img "$PID_FILE"
	fails 1 '' restore
	like "$output" "restore failed: criu failed: type RESTORE errno .*: log file: $IMAGES/restore.log"
	[[ -s $IMAGES/restore.log && ! -e $PID_FILE ]]
	fails 1 'container does not exist' runtime state "$ID"
	is "$(cgroups_left)" ''
}

@test "a paused container is saved, and runs when it is restored" {
	create_start
	wait_for 20 counts_past 2
	ok runtime pause "$ID"
	ok checkpoint || { show_logs; return 1; }
	restored
	is "$(status_of)" running
	wait_for 20 counts_past 3
}

@test "restore, killed at a moment of its work: delete --force leaves nothing" {
	local after

	needs_runlet 'others leave something'
	saved 2
	for after in 0.02 0.1 0.3 0.6; do
		timeout -s KILL "$after" "$RUNTIME_BIN" --root "$ROOT" restore --bundle "$BUNDLE" \
			--image-path "$IMAGES" --detach "$ID" > "$OUT" 2> "$ERR" < /dev/null 3>&- || :
		ok runtime delete --force "$ID"
		is "$(cgroups_left)" ''
		is "$(processes_left)" ''
	done
	restored
}
