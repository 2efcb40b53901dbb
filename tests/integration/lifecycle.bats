#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "create, start, kill, delete: the status follows" {
	args sleep 1000
	ok create
	INIT=$(cat "$PID_FILE")
	is "$(status_of)" created
	ok start
	is "$(status_of)" running
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	is "$(runtime state "$ID" | jq .pid)" 0
	ok runtime delete "$ID"
	fails 1 'does not exist' runtime state "$ID"
}

@test "create: prints nothing, the program does not run before start" {
	script 'echo ran > /tmp/ran'
	ok create
	is "$output$stderr" ""
	is "$(cat "$OUT")" ""
	[[ ! -e $ROOTFS/tmp/ran ]]
	start
	wait_for 5 status_is stopped
	is "$(cat "$ROOTFS/tmp/ran")" ran
}

@test "create: the pid file has the pid of init and no newline" {
	ok create
	is "$(wc -l < "$PID_FILE")" 0
	is "$(cat "$PID_FILE")" "$(runtime state "$ID" | jq .pid)"
	[[ -d /proc/$(cat "$PID_FILE") ]]
}

@test "create: the pid file may be relative to the caller's directory" {
	cd "$WORK"
	runtime create --bundle "$BUNDLE" --pid-file here.pid "$ID" > "$OUT" < /dev/null
	[[ -s $WORK/here.pid ]]
}

@test "create: the bundle defaults to the working directory" {
	script 'echo "$PWD"'
	cd "$BUNDLE"
	ok runtime run "$ID"
	is "$output" /
}

@test "create: the bundle may be relative" {
	cd "$WORK"
	ok runtime run -b bundle "$ID"
}

@test "create: an id that exists is refused and its container spared" {
	sleeper
	fails 1 'container with given ID already exists' runtime create --bundle "$BUNDLE" "$ID"
	is "$(status_of)" running
}

@test "create: the config may change afterwards without effect" {
	script 'echo first'
	ok create
	script 'echo second'
	start
	wait_for 5 status_is stopped
	is "$(cat "$OUT")" first
}

@test "start: a running container is refused" {
	sleeper
	fails 1 'cannot start an already running container' start
	is "$(status_of)" running
}

@test "start: a stopped container is refused" {
	ok create_start
	wait_for 5 status_is stopped
	fails 1 'cannot start a container that has stopped' start
}

@test "delete: a running container is refused and goes on" {
	sleeper
	fails 1 "cannot delete container $ID that is not stopped: running" runtime delete "$ID"
	is "$(status_of)" running
}

@test "delete: a created container is killed and removed" {
	ok create
	INIT=$(cat "$PID_FILE")
	ok runtime delete "$ID"
	wait_for 5 gone "$INIT"
}

@test "delete --force: a running container, and what does not exist any more" {
	sleeper
	ok runtime delete --force "$ID"
	wait_for 5 gone "$INIT"
	ok runtime delete --force "$ID"
	ok runtime delete -f never-existed
}

@test "delete: a paused container with --force" {
	sleeper
	ok runtime pause "$ID"
	fails 1 'is not stopped: paused' runtime delete "$ID"
	ok runtime delete --force "$ID"
	wait_for 5 gone "$INIT"
}

@test "delete: kills a whole tree of processes" {
	script 'for i in 1 2 3; do (sleep 1000 & sleep 1000) & done; touch /tmp/up; sleep 1000'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	ok runtime delete --force "$ID"
	[[ -z $(cgroups_left) ]]
}

@test "delete: a container which shares the host's pid namespace leaves no process" {
	namespace_drop pid
	script 'sleep 1000 & sleep 1000 & touch /tmp/up; wait'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	ok runtime delete --force "$ID"
	wait_for 5 nothing_left
}

@test "kill, delete: init is gone, but its children share the host's pid namespace" {
	namespace_drop pid
	script 'sleep 1000 & sleep 1000 & touch /tmp/up; exec sleep 1000'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	kill -KILL "$INIT"
	wait_for 5 status_is stopped
	is "$(runtime ps --format json "$ID" | jq length)" 2
	fails 1 'container not running' runtime kill "$ID" TERM
	ok runtime kill --all "$ID" KILL
	wait_for 5 test -z "$(processes_left)"
	ok runtime delete "$ID"
	nothing_left
	# delete alone is enough, too.
	rm "$ROOTFS/tmp/up"
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	kill -KILL "$INIT"
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	nothing_left
}

@test "run: the exit status is the program's" {
	for code in 0 1 42 255; do
		script "exit $code"
		run_it run_container
		is "$status" "$code"
	done
}

@test "run: the exit status of a killed program is 128 and its signal" {
	# The first process of a pid namespace ignores what it does not handle; its child does not.
	script 'sh -c "kill -9 \$\$"; exit $?'
	run_it run_container
	is "$status" 137
}

@test "run: stdin, stdout and stderr are the caller's" {
	args sh -c 'cat; echo err >&2'
	run_it bash -c 'echo in | "$0" --root "$1" run --bundle "$2" "$3"' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID"
	is "$status" 0
	is "$output" in
	is "$stderr" err
}

@test "run: the container is gone afterwards, with its pid file kept" {
	ok run_container --pid-file "$PID_FILE"
	like "$(cat "$PID_FILE")" '^[0-9]+$'
	fails 1 'does not exist' runtime state "$ID"
	[[ -z $(cgroups_left) ]]
}

@test "run --keep: the stopped container stays until it is deleted" {
	runtime run --help | grep -q -- --keep || skip "this runtime has no --keep"
	ok run_container --keep
	is "$(status_of)" stopped
	[[ -d $(cgroup pids) ]]
	ok runtime delete "$ID"
	[[ -z $(cgroups_left) ]]
	needs_runlet 'runc keeps one that never was'
	args /no/such
	fails 1 'no such file or directory' run_container --keep
	nothing_left
}

@test "run --detach: returns while the program runs" {
	args sleep 1000
	run_container --detach --pid-file "$PID_FILE" > "$OUT" 2>&1
	is "$(status_of)" running
	kill -0 "$(cat "$PID_FILE")"
}

@test "run: signals are forwarded to the program" {
	script 'trap "echo got >> /tmp/log; exit 7" TERM; touch /tmp/up; while :; do sleep 0.02; done'
	background "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	wait_for 5 test -e "$ROOTFS/tmp/up"
	kill -TERM "$BG"
	wait_status "$BG"
	is "$status" 7
	is "$(cat "$ROOTFS/tmp/log")" got
}

@test "run: SIGHUP, SIGINT, SIGUSR1 and SIGUSR2 are forwarded too" {
	script 'for s in HUP INT USR1 USR2; do trap "echo $s >> /tmp/log" $s; done
		trap "exit 0" TERM; touch /tmp/up; while :; do sleep 0.02; done'
	# A background process of a shell ignores SIGINT, and its children would as well.
	background python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	wait_for 5 test -e "$ROOTFS/tmp/up"
	for s in HUP INT USR1 USR2; do
		kill -"$s" "$BG"
		wait_for 5 file_has "$ROOTFS/tmp/log" "^$s$"
	done
	kill -TERM "$BG"
	wait_status "$BG"
	is "$status" 0
}

@test "run: a program that does not exist leaves nothing" {
	args /no/such
	fails 1 'exec: "/no/such": .*no such file or directory' run_container
	nothing_left
}

@test "ids: what a container may be called" {
	for ID in a 0 A_b+c.d-e "x$(printf 'y%.0s' {1..100})"; do
		ok run_container
	done
}

@test "--root: two roots know nothing of each other" {
	sleeper
	fails 1 'does not exist' timeout 10 "$RUNTIME_BIN" --root "$WORK/other" state "$ID"
}

@test "init is killed with its descendants when only init dies" {
	script 'sleep 1000 & sleep 1000 & touch /tmp/up; wait'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	kill -KILL "$INIT"
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
}

@test "pause and resume" {
	sleeper
	ok runtime pause "$ID"
	is "$(status_of)" paused
	fails 1 'paused' runtime start "$ID"
	ok runtime resume "$ID"
	is "$(status_of)" running
	fails 1 'container not paused' runtime resume "$ID"
	is "$(status_of)" running
}

@test "pause and resume: a created container, and a stopped one" {
	args sleep 1000
	create
	fails 1 'container not paused' runtime resume "$ID"
	ok runtime pause "$ID"
	fails 1 'container not running' runtime pause "$ID"
	ok runtime resume "$ID"
	is "$(status_of)" created
	ok start
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	fails 1 'container not running' runtime pause "$ID"
	fails 1 'container not paused' runtime resume "$ID"
}

@test "a zombie init is a stopped container" {
	script 'exit 3'
	# The parent of init, a subreaper, does not wait for it.
	background python3 "$BATS_TEST_DIRNAME/helpers/never_wait.py" "$RUNTIME_BIN" \
		"$ROOT" "$BUNDLE" "$ID" "$PID_FILE"
	wait_for 5 test -s "$PID_FILE"
	wait_for 5 grep -qs '^State:.*zombie' "/proc/$(cat "$PID_FILE")/status"
	is "$(status_of)" stopped
	ok runtime delete "$ID"
}

@test "a caller that ignores SIGCHLD and SIGPIPE" {
	args sh -c 'grep ^SigIgn: /proc/self/status; exit 4'
	run_it python3 -c 'import os, signal, sys
for s in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP):
    signal.signal(s, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	is "$status" 4
	is "$output" $'SigIgn:\t0000000000000000'
}

@test "delete: kills nobody else in a cgroup that was shared meanwhile" {
	local other="$ID-other"

	needs_runlet "what runc does here depends on its version"
	args true
	create_start
	wait_for 5 status_is stopped
	args sleep 1000
	runtime create --bundle "$BUNDLE" --pid-file "$WORK/other" "$other" \
		> "$OUT" 2>&1 < /dev/null
	ok runtime start "$other"
	fails 1 'not the container' runtime delete "$ID"
	fails 1 'not the container' runtime delete --force "$ID"
	is "$(status_of "$other")" running
	ok runtime delete --force "$other"
	ok runtime delete "$ID"
}

@test "delete --force: a state directory with things that do not belong there" {
	sleeper
	mkdir -p "$ROOT/$ID/a/b"
	touch "$ROOT/$ID/a/b/c"
	ok runtime delete --force "$ID"
	[[ ! -e $ROOT/$ID ]]
}

@test "delete --force: though nobody reaps what exec has left behind" {
	needs_runlet "runc 1.1 waits for ever"
	args sleep 1000
	background python3 "$BATS_TEST_DIRNAME/helpers/never_wait.py" "$RUNTIME_BIN" \
		"$ROOT" "$BUNDLE" "$ID" "$PID_FILE" sh -c 'touch /tmp/up; exec sleep 1000'
	wait_for 10 test -e "$ROOTFS/tmp/up"
	# Its pid 1 stays, waiting for the zombie: an empty shell, and no container any more.
	ok timeout -k 1 5 "$RUNTIME_BIN" --root "$ROOT" delete --force "$ID"
	is "$(states_left)$(cgroups_left)" ""
}
