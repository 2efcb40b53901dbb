#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The runtime is killed in the middle of create; then one delete --force leaves nothing.
load helpers

# kill_at CALL N: create is killed at the Nth CALL of any of its processes; 1 if it came not so far.
# strace follows init too, so the end of create is what its log tells.
kill_at()
{
	local tracer r=0

	rm -f "$WORK/trace"
	strace -I 2 -f -q -o "$WORK/trace" -e trace=execve,"$1" -e inject="$1":signal=KILL:when="$2" \
		"$RUNTIME_BIN" --root "$ROOT" create --bundle "$BUNDLE" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null 3>&- &
	tracer=$!
	BACKGROUND+=("$tracer")
	wait_for 10 create_ended "$tracer"
	grep -q 'killed by SIGKILL' "$WORK/trace" || r=1
	kill -TERM "$tracer" 2> /dev/null || :
	wait "$tracer" 2> /dev/null || :
	return $r
}

create_ended()
{
	local main

	gone "$1" && return 0
	read -r main _ 2> /dev/null < "$WORK/trace" && file_has "$WORK/trace" "^$main *+++ "
}

# Kills at the given occurrences of a call, as far as they exist; HITS counts them.
HITS=0
sweep_create()
{
	local call=$1 n

	shift
	for n; do
		if ! kill_at "$call" "$n"; then
			runtime delete --force "$ID"
			return 0
		fi
		HITS=$((HITS + 1))
		runtime delete --force "$ID" || { echo "delete after $call $n"; return 1; }
		wait_for 3 nothing_left || { show_left; echo "after $call $n"; sweep; return 1; }
	done
}

@test "killed while it makes cgroups" {
	needs_runlet 'runc writes its state last: a cgroup is left'
	sweep_create mkdirat 1 2 3 5 8 11 14 20
	sweep_create mkdir 1 2 3 5 8 11
	((HITS > 0))
}

@test "killed while it writes" {
	needs_runlet 'runc writes its state last: a cgroup is left'
	sweep_create write 1 2 3 5 8 12 16 20
	((HITS > 0))
}

@test "killed while it opens files" {
	needs_runlet 'runc writes its state last: a cgroup is left'
	sweep_create openat 2 6 12 20 30 40
	sweep_create openat2 1 3 6 10 20
	((HITS > 0))
}

@test "killed while it makes the process" {
	needs_runlet 'runc writes its state last: a cgroup is left'
	sweep_create clone3 1 2
	sweep_create clone 1 2
	((HITS > 0))
}

@test "killed while it mounts" {
	needs_runlet 'runc writes its state last: a cgroup is left'
	sweep_create mount 1 2 4 8 16
	sweep_create move_mount 1 3 8
	sweep_create fsopen 1 3
	sweep_create pivot_root 1
	((HITS > 0))
}

@test "killed while it talks to its child, and when it commits" {
	needs_runlet 'runc writes its state last: a cgroup is left'
	sweep_create sendmsg 1 2 3
	sweep_create sendto 1 2 3
	sweep_create recvmsg 1 2 3
	sweep_create rename 1 2
	sweep_create renameat 1 2 3
	sweep_create renameat2 1 2
	sweep_create unlinkat 1 2
	sweep_create fsync 1 2
	((HITS > 0))
}

@test "an id is free again after a killed create and delete --force" {
	needs_runlet 'runc may block the id'
	kill_at clone3 1
	ok runtime delete --force "$ID"
	ok run_container
}

@test "a killed create shows in list, or is not there, and never as running" {
	kill_at write 6 || :
	run_it runtime list --format json
	is "$status" 0
	is "$(jq '[.[]? | select(.status == "running")] | length' <<< "$output")" 0
	runtime delete --force "$ID"
	sweep
}

@test "init is killed while it waits for start" {
	create
	kill -KILL "$INIT"
	wait_for 5 status_is stopped
	fails 1 . start
	ok runtime delete "$ID"
}

@test "run in the foreground is killed: the container goes on and can be deleted" {
	args sleep 1000
	background "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	wait_for 5 status_is running
	kill -KILL "$BG"
	wait_status "$BG" 2> /dev/null
	is "$(status_of)" running
	ok runtime delete --force "$ID"
}

@test "the state's pid belongs to another process: it is not killed" {
	sleeper
	kill -KILL "$INIT"
	wait_for 5 gone "$INIT"
	background sleep 1000
	local key
	for key in init_process_pid pid; do
		jq --argjson p "$BG" "if has(\"$key\") then .$key = \$p else . end" \
			"$ROOT/$ID/state.json" > "$WORK/state" && cat "$WORK/state" > "$ROOT/$ID/state.json"
	done
	run_it runtime delete --force "$ID"
	kill -0 "$BG"
}

# hook_that_waits KIND: touches $WORK/in-hook first
hook_that_waits()
{
	rm -f "$WORK/in-hook"
	config 'del(.hooks) | .hooks[$kind] = [{"path": "/bin/sh", "args": ["sh", "-c", $c]}]' \
		--arg kind "$1" --arg c "touch $WORK/in-hook; exec sleep 1000"
}

# interrupted SIGNAL ARGUMENT...: the runtime is, once it is in the hook; and undoes what it made
interrupted()
{
	local sig=$1

	shift
	background timeout -k 1 --foreground 30 "$RUNTIME_BIN" --root "$ROOT" "$@" \
		> "$OUT" 2> "$ERR" < /dev/null
	wait_for 5 test -e "$WORK/in-hook"
	kill -s "$sig" "$(pgrep -P "$BG")"
	wait_status "$BG"
	is "$status" 1
	file_has "$ERR" 'interrupted by signal'
	is "$(grep -c 'level=error' "$ERR")" 1
	wait_for 5 nothing_left
}

@test "SIGTERM during create undoes it" {
	local sig

	needs_runlet "runc ends where it is"
	for sig in TERM INT HUP; do
		hook_that_waits createContainer
		interrupted "$sig" create --bundle "$BUNDLE" "$ID"
	done
}

@test "SIGTERM while a hook of the host runs ends the hook, too" {
	local kind

	needs_runlet "runc ends where it is"
	for kind in createRuntime poststart; do
		hook_that_waits "$kind"
		interrupted TERM run -d --bundle "$BUNDLE" "$ID"
	done
}

# Linux 6.15 is the first to say how a process ended that somebody else has reaped.
needs_exit_status_of_reaped()
{
	printf '%s\n' 6.15 "$(uname -r)" | sort -CV ||
		skip 'this kernel does not tell how a reaped process ended'
}

@test "init is killed just before start says the word: start tells" {
	needs_runlet 'it knows of no such word'
	needs_exit_status_of_reaped
	create
	background strace -q -o "$WORK/trace" -P "$ROOT/$ID/start.fifo" \
		-e inject=write:delay_enter=1000000 "$RUNTIME_BIN" --root "$ROOT" start "$ID" 2> "$ERR"
	wait_for 5 file_has "$WORK/trace" '^write('
	kill -KILL "$INIT"
	wait_status "$BG"
	is "$status" 1
	file_has "$ERR" 'killed before its program ran'
	wait_for 5 status_is stopped
}

@test "init is killed and reaped just before its program: start does not succeed" {
	needs_runlet 'runc does not look'
	needs_exit_status_of_reaped
	# What kills it is a startContainer hook, which runs between the word and execve; and who
	# reaps it is a reaper that waits for nothing else, most often before start looks.
	local n

	namespace_drop pid
	# Not its parent, which may be somebody else's by then: the pid that it is told.
	config '.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", $c]}]' \
		--arg c 'read -r s; s=${s#*\"pid\":}; kill -9 $((${s%%,*}))'

	for n in 1 2 3 4 5; do
		create
		fails 1 'killed before its program ran|ended by a signal' start
		ok runtime delete --force "$ID"
	done
}
