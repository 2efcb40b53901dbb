#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "rlimits, for the program and for exec" {
	config '.process.rlimits = [
		{"type": "RLIMIT_NOFILE", "soft": 500, "hard": 600},
		{"type": "RLIMIT_CORE", "soft": 0, "hard": 0},
		{"type": "RLIMIT_STACK", "soft": 4194304, "hard": 8388608}]'
	args sh -c 'cat /proc/self/limits; sleep 1000'
	create_start
	wait_for 5 file_has "$OUT" 'open files'
	ok runtime exec "$ID" cat /proc/self/limits
	for text in "$(cat "$OUT")" "$output"; do
		like "$text" 'Max open files +500 +600 '
		like "$text" 'Max core file size +0 +0 '
		like "$text" 'Max stack size +4194304 +8388608 '
	done
}

@test "rlimits: a soft limit above the hard one is refused" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 600, "hard": 500}]'
	run_it run_container
	[[ $status -ne 0 ]]
}

@test "umask: 022, or the config's" {
	script 'umask'
	ok run_container
	is "$output" 0022
	config '.process.user.umask = 63'
	ok run_container
	is "$output" 0077
}

@test "user, group and additional groups" {
	config '.process.user = {"uid": 1234, "gid": 5678, "additionalGids": [6, 20]}'
	args sh -c 'id -u; id -g; grep ^Groups /proc/self/status'
	ok run_container
	is "${lines[0]} ${lines[1]}" '1234 5678'
	like "${lines[2]}" '^Groups:.*6 20'
}

@test "no additional group is inherited from the caller" {
	args grep ^Groups /proc/self/status
	ok setpriv --groups 42,43 timeout 10 "$RUNTIME_BIN" --root "$ROOT" run \
		--bundle "$BUNDLE" "$ID"
	unlike "$output" '4[23]'
}

@test "cwd: the config's, made when it does not exist" {
	config '.process.cwd = "/new/dir"'
	args pwd
	ok run_container
	is "$output" /new/dir
	[[ -d $ROOTFS/new/dir ]]
}

@test "cwd: one that only root may enter, for a user without privilege" {
	mkdir -m 0700 "$ROOTFS/private"
	config '.process.cwd = "/private" | .process.user = {"uid": 1000, "gid": 1000}'
	args sh -c 'pwd; id -u'
	ok run_container
	is "$output" $'/private\n1000'
}

@test "HOME: from the container's passwd when unset, the config's when set" {
	script 'echo $HOME'
	ok run_container
	is "$output" /root
	config '.process.user = {"uid": 1000, "gid": 1000}'
	ok run_container
	is "$output" /home/web
	config '.process.user = {"uid": 4321, "gid": 1}'
	ok run_container
	is "$output" /
	config '.process.env += ["HOME=/mine"]'
	ok run_container
	is "$output" /mine
}

@test "env: newlines and empty values survive, nothing of the caller's is there" {
	config '.process.env += ["MULTI=a\nb\n", "EMPTY="]'
	export RLBATS_LEAK=leak
	args sh -c 'cat /proc/1/environ | tr "\\0" "|"'
	ok run_container
	like "$output" $'MULTI=a\nb\n\\|EMPTY=\\|'
	unlike "$output" LEAK
}

@test "env: the last of a name wins and is there once" {
	config '.process.env += ["TWICE=1", "TWICE=2"]'
	args sh -c 'cat /proc/1/environ | tr "\\0" "\\n" | grep TWICE'
	ok run_container
	is "$output" TWICE=2
}

@test "PATH: the program is looked for in the config's" {
	mkdir "$ROOTFS/opt"
	printf '#!/bin/sh\necho mine\n' > "$ROOTFS/opt/prog"
	chmod 755 "$ROOTFS/opt/prog"
	config '.process.env = ["PATH=/opt:/bin"]'
	args prog
	ok run_container
	is "$output" mine
}

@test "argv: bytes arrive as they are" {
	args printf '%s|' a 'b c' '' $'new\nline' 'ü' '*'
	ok run_container
	is "$output" $'a|b c||new\nline|ü|*|'
}

@test "oomScoreAdj" {
	config '.process.oomScoreAdj = 321'
	args sh -c 'cat /proc/self/oom_score_adj; sleep 1000'
	create_start
	wait_for 5 file_has "$OUT" '^321$'
	ok runtime exec "$ID" cat /proc/self/oom_score_adj
	is "$output" 321
}

@test "stdio belongs to the process's user, /dev/null does not" {
	config '.process.user = {"uid": 1000, "gid": 1000}'
	script 'echo again > /proc/self/fd/1'
	local before
	before=$(stat -c %u:%g /dev/null)
	mkfifo "$WORK/fifo"
	cat "$WORK/fifo" > "$WORK/got" &
	timeout 10 "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		< /dev/null > "$WORK/fifo" 3>&-
	wait $!
	is "$(cat "$WORK/got")" again
	is "$(stat -c %u:%g /dev/null)" "$before"
}

@test "descriptors: only 0, 1 and 2 reach the program" {
	mkdir "$WORK/leak"
	args ls /proc/self/fd
	run_it bash -c 'exec 5< / 9< "$4" 20< /etc/passwd
		"$0" --root "$1" run --bundle "$2" "$3" < /dev/null' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID" "$WORK/leak"
	is "$status" 0
	# 3 is what ls itself opened.
	is "$output" $'0\n1\n2\n3'
}

@test "descriptors: nor for exec" {
	sleeper
	run_it bash -c 'exec 5< / 9< "$3" 20< /etc/passwd
		"$0" --root "$1" exec "$2" ls /proc/self/fd < /dev/null' \
		"$RUNTIME_BIN" "$ROOT" "$ID" "$WORK"
	is "$status" 0
	is "$output" $'0\n1\n2\n3'
}

@test "--preserve-fds" {
	echo three > "$WORK/three"
	echo four > "$WORK/four"
	script 'cat <&3; cat <&4; [ ! -e /proc/self/fd/5 ] && echo none'
	run_it bash -c 'exec 3< "$4" 4< "$5" 5< "$5"
		"$0" --root "$1" run --preserve-fds 2 --bundle "$2" "$3" < /dev/null' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID" "$WORK/three" "$WORK/four"
	is "$output" $'three\nfour\nnone'
}

@test "LISTEN_FDS: the descriptors and the variables" {
	script 'echo "$LISTEN_FDS $LISTEN_PID"; cat <&3'
	echo three > "$WORK/three"
	run_it bash -c 'exec 3< "$4"
		LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" --root "$1" run --bundle "$2" "$3" < /dev/null' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID" "$WORK/three"
	like "$output" '^1 1'
	like "$output" 'three'
}

@test "signals: nothing is blocked or ignored" {
	args grep -E '^Sig(Blk|Ign)' /proc/self/status
	run_it bash -c 'trap "" USR1 USR2 TERM; exec "$0" --root "$1" run --bundle "$2" "$3"' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID"
	is "$status" 0
	like "$output" 'SigBlk:.0+'
}

@test "init is one thread, a session leader, and has no parent in the container" {
	args sh -c 'grep -E "^(Threads|NSsid|PPid)" /proc/self/status'
	args cat /proc/self/status
	ok run_container
	like "$output" $'Threads:\t1'
	like "$output" $'NSsid:\t1'
	like "$output" $'PPid:\t0'
}

@test "stdio closed by the caller does not break a run" {
	script 'exit 4'
	run_it bash -c 'exec "$0" --root "$1" run --bundle "$2" "$3" <&- >&- 2>&-' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID"
	is "$status" 4
}

@test "--preserve-fds: a number that makes no sense" {
	local n

	needs_runlet "runc takes -1 for 0"
	args true
	for n in -1 -5 65537 2147483647 4294967296; do
		fails 1 'preserve-fds' run_container --preserve-fds "$n"
	done
}
