#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What programs that call the runtime rely on: the log, help, and surroundings with nothing in them.
load helpers

# one_error TEXT COMMAND...: fails, and the log has exactly one object, which a decoder of the whole
# file gets, with TEXT
one_error()
{
	local text=$1

	shift
	rm -f "$LOG"
	run_it runtime --log "$LOG" --log-format json "$@" < /dev/null
	[[ $status -ne 0 ]]
	is "$(jq -c keys_unsorted "$LOG")" '["level","msg","time"]'
	is "$(jq -r .level "$LOG")" error
	like "$(jq -r .msg "$LOG")" "$text"
	is "$stderr" "$(jq -r '.msg | sub(" $"; "")' "$LOG")"
	is "$(wc -l < "$LOG")" 1
}

@test "--log: exactly one object, whatever goes wrong" {
	local config

	one_error 'container does not exist' state nobody
	one_error 'container does not exist' exec nobody true
	one_error 'requires exactly 1 argument' create
	one_error 'flag provided but not defined' create --nosuch
	one_error 'No help topic' nosuch
	one_error 'chdir /no/such' create --bundle /no/such "$ID"
	one_error 'container does not exist' kill "$ID" NOSUCH
	args /no/such
	one_error 'no such file or directory' create --bundle "$BUNDLE" "$ID"
	one_error 'no such file or directory' run --bundle "$BUNDLE" "$ID"
	config=$(< "$BUNDLE/config.json")
	# With what would be a warning at the side, which runc 1.1 logs too.
	if is_runlet; then
		config '.process.capabilities.bounding += ["CAP_NOSUCH"]'
		one_error 'no such file or directory' create --bundle "$BUNDLE" "$ID"
		echo "$config" > "$BUNDLE/config.json"
	fi
	config '.hooks.createRuntime = [{"path": "/bin/false"}]'
	args true
	one_error 'createRuntime hook' create --bundle "$BUNDLE" "$ID"
	echo "$config" > "$BUNDLE/config.json"
	sleeper
	one_error 'no such file or directory' exec "$ID" /no/such
	one_error 'already exists' create --bundle "$BUNDLE" "$ID"
	one_error 'not stopped' delete "$ID"
	one_error 'unknown signal' kill "$ID" NOSUCH
	one_error 'unexpected|invalid|number' update --memory x "$ID"
}

@test "--log: appended to, and made even for bad arguments" {
	local log

	for log in --log="$LOG" "--log $LOG" "-log $LOG"; do
		rm -f "$LOG"
		# shellcheck disable=SC2086 # words
		run_it runtime $log --log-format=json create --bundle
		is "$status" 1
		is "$(jq -r .msg "$LOG")" 'flag needs an argument: -bundle'
	done
	ok runtime --log "$LOG" --log-format json delete --force nobody
	is "$(wc -l < "$LOG")" 1
	rm "$LOG"
	ok runtime --log "$LOG" delete --force nobody
	[[ -e $LOG && ! -s $LOG ]]
	is "$(stat -c %a "$LOG")" 644
}

@test "--log: in a directory that is not there" {
	fails 1 "$WORK/no/log: no such file or directory" runtime --log "$WORK/no/log" list -q
}

@test "--debug: both halves of create speak, in text and in JSON" {
	needs_runlet 'the texts are its own'
	ok runtime --debug --log "$LOG" run --bundle "$BUNDLE" "$ID"
	file_has "$LOG" 'level=debug msg="init: '
	file_has "$LOG" 'level=debug msg="create'
	rm "$LOG"
	ok runtime --debug --log "$LOG" --log-format json run --bundle "$BUNDLE" "$ID"
	is "$(jq -r .level "$LOG" | sort -u)" debug
	jq -r .msg "$LOG" | grep -q '^init: '
	jq -r .msg "$LOG" | grep -q '^create'
	# Without a file it goes to stderr, and never to stdout.
	args echo out
	ok runtime --debug run --bundle "$BUNDLE" "$ID"
	is "$output" out
	like "$stderr" 'level=debug'
}

# bare COMMAND...: the runtime with no variable at all
bare() { env -i "$MARK=$CG" "$RUNTIME_BIN" --root "$ROOT" "$@"; }

@test "no PATH and no HOME, and an empty XDG_RUNTIME_DIR" {
	config '.hooks = {
		"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", "/usr/bin/touch $0/hook", $w]}],
		"poststop": [{"path": "/bin/sh", "args": ["sh", "-c", "/usr/bin/touch $0/poststop", $w]}]}' \
		--arg w "$WORK"
	args sleep 1000
	mkdir "$WORK/here"
	cd "$WORK/here"
	bare create --bundle "$BUNDLE" "$ID" > "$OUT" 2>&1 < /dev/null
	[[ -e $WORK/hook ]]
	ok env -i XDG_RUNTIME_DIR= "$RUNTIME_BIN" --root "$ROOT" start "$ID"
	if is_runlet; then
		ok bare ps "$ID"
	fi
	ok bare exec "$ID" true < /dev/null
	ok env -i XDG_RUNTIME_DIR= "$RUNTIME_BIN" --root "$ROOT" pause "$ID"
	ok env -i XDG_RUNTIME_DIR= "$RUNTIME_BIN" --root "$ROOT" resume "$ID"
	ok env -i XDG_RUNTIME_DIR= "$RUNTIME_BIN" --root "$ROOT" kill "$ID" 9
	ok env -i XDG_RUNTIME_DIR= "$RUNTIME_BIN" --root "$ROOT" delete --force "$ID"
	[[ -e $WORK/poststop ]]
	is "$(find . -mindepth 1)" ''
}

# with_own_run COMMAND...: with an empty /run of its own, where the default root is
with_own_run() { unshare --mount sh -c 'mount -t tmpfs none /run && exec "$@"' sh "$@"; }

@test "the default root: absent is empty, even where XDG_RUNTIME_DIR is set to nothing" {
	ok with_own_run "$RUNTIME_BIN" list --format json
	is "$output" null
	mkdir "$WORK/here"
	cd "$WORK/here"
	ok with_own_run env -i XDG_RUNTIME_DIR= "$RUNTIME_BIN" list -q
	is "$output" ''
	fails 1 'container does not exist' with_own_run "$RUNTIME_BIN" state nobody
	ok with_own_run "$RUNTIME_BIN" delete --force nobody
	is "$(ls)" ''
	needs_runlet 'runc 1.1 lists nothing where a directory that was named is not'
	fails 1 "$WORK/none.*no such file or directory" "$RUNTIME_BIN" --root "$WORK/none" list
}

@test "delete --force: once more after a delete, as the shim does" {
	args true
	create_start
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	ok runtime --log "$LOG" --log-format json delete --force "$ID"
	is "$output$stderr$(cat "$LOG")" ''
}

@test "start, kill, delete, pause, resume, update say nothing when all is well" {
	local verb

	args sleep 1000
	create
	for verb in start pause resume 'update --pids-limit 30' 'kill' 'kill --all'; do
		# shellcheck disable=SC2086 # words
		ok runtime $verb "$ID"
		is "$output$stderr" ''
	done
	ok runtime delete --force "$ID"
	is "$output$stderr" ''
}

@test "-h and --help: every command, also for help itself; nothing on stderr" {
	local verb

	needs_runlet 'runc has other commands'
	for verb in $(runtime dump-commands | cut -f1 | sort -u); do
		for h in -h --help -help; do
			ok runtime "$verb" $h
			like "$output" "^NAME:.*runlet $verb - .*USAGE:.*runlet $verb"
			is "$stderr" ''
		done
		ok runtime help "$verb"
		like "$output" "runlet $verb - "
		ok runtime h "$verb"
	done
	ok runtime help
	like "$output" 'COMMANDS:'
	ok runtime -h
	ok runtime h
	ok runtime --root /no/such --debug --help
	ok runtime
	fails 3 "No help topic for 'nosuch'" runtime help nosuch
}

@test "--version: the lines that callers read" {
	ok runtime --version
	like "${lines[0]}" '^runl?e?t?c? version [0-9]'
	like "${lines[1]}" '^commit: .'
	like "${lines[2]}" '^spec: 1\.'
	ok runtime -v
	is "$stderr" ''
}
