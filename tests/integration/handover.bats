#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What goes from the caller to the process, and back: descriptors, pid files, pidfds.
load helpers

in_container() { runtime exec "$@" < /dev/null; }

# receiver NAME: listens on $WORK/NAME.sock, and writes what came to $WORK/NAME
receiver()
{
	background python3 "$BATS_TEST_DIRNAME/helpers/pidfd.py" "$WORK/$1.sock" "$WORK/$1"
	wait_for 5 test -e "$WORK/$1.ready"
}

@test "--pidfd-socket: create, run and exec send a pidfd of the process" {
	needs_runlet 'runc 1.1 has no --pidfd-socket'
	args sleep 1000
	receiver create
	create --pidfd-socket "$WORK/create.sock"
	wait_for 5 test -s "$WORK/create"
	is "$(cat "$WORK/create")" "1 True $INIT"
	start
	receiver exec
	in_container --detach --pid-file "$WORK/exec.pid" --pidfd-socket "$WORK/exec.sock" "$ID" \
		sleep 999 > "$OUT" 2>&1
	wait_for 5 test -s "$WORK/exec"
	is "$(cat "$WORK/exec")" "1 True $(cat "$WORK/exec.pid")"
	runtime delete --force "$ID"
	receiver run
	run_container --detach --pid-file "$PID_FILE" --pidfd-socket "$WORK/run.sock" > "$OUT" 2>&1
	wait_for 5 test -s "$WORK/run"
	is "$(cat "$WORK/run")" "1 True $(cat "$PID_FILE")"
}

@test "--pidfd-socket: nobody listens" {
	needs_runlet 'runc 1.1 has no --pidfd-socket'
	fails 1 'pidfd-socket' runtime create --bundle "$BUNDLE" --pidfd-socket "$WORK/none" \
		--pid-file "$PID_FILE" "$ID" < /dev/null
	[[ ! -e $ROOT/$ID && ! -e $PID_FILE ]]
}

@test "--pid-file: relative to the caller's directory, for create, run and exec" {
	args sleep 1000
	mkdir "$WORK/here"
	cd "$WORK/here"
	runtime create --bundle ../bundle --pid-file create.pid "$ID" > "$OUT" 2>&1 < /dev/null
	is "$(cat create.pid)" "$(runtime state "$ID" | jq .pid)"
	runtime exec --detach --pid-file exec.pid "$ID" sleep 999 > "$OUT" 2>&1 < /dev/null
	like "$(tr '\0' ' ' < "/proc/$(cat exec.pid)/cmdline")" 'sleep 999'
	runtime delete --force "$ID"
	runtime run --detach --bundle ../bundle --pid-file run.pid "$ID" > "$OUT" 2>&1 < /dev/null
	is "$(cat run.pid)" "$(runtime state "$ID" | jq .pid)"
	is "$(find . -mindepth 1 | sort | tr '\n' ' ')" './create.pid ./exec.pid ./run.pid '
}

@test "--pid-file: in a directory that is not there" {
	args sleep 1000
	fails 1 'no such file or directory' runtime create --bundle "$BUNDLE" \
		--pid-file "$WORK/no/pid" "$ID" < /dev/null
	nothing_left
	fails 1 'no such file or directory' run_container --detach --pid-file "$WORK/no/pid"
	nothing_left
}

@test "--preserve-fds: create and exec" {
	echo three > "$WORK/three"
	script 'cat <&3; ls /proc/self/fd | tr "\n" " "; sleep 1000'
	bash -c 'exec 3< "$4" 4< "$4" 7< "$4"
		exec "$0" --root "$1" create --preserve-fds 1 --bundle "$2" "$3" < /dev/null' \
		"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID" "$WORK/three" > "$OUT"
	start
	wait_for 5 file_has "$OUT" three
	# 4 is what ls itself opened.
	wait_for 5 file_has "$OUT" '^0 1 2 3 4 $'
	run_it bash -c 'exec 3< "$3" 5< "$3"
		exec "$0" --root "$1" exec --preserve-fds 1 "$2" sh -c "cat <&3; ls /proc/self/fd" \
		< /dev/null' "$RUNTIME_BIN" "$ROOT" "$ID" "$WORK/three"
	is "$output" $'three\n0\n1\n2\n3\n4'
}

@test "--preserve-fds: descriptors that are not there" {
	needs_runlet 'some of them are the Go runtime'"'"'s'
	fails 1 'preserved-fd' run_container --preserve-fds 40
	sleeper
	fails 255 'preserved-fd' in_container --preserve-fds 40 "$ID" true
}

@test "LISTEN_FDS: exec passes them on as well" {
	needs_runlet 'runc only says so in its help'
	sleeper
	echo three > "$WORK/three"
	run_it bash -c 'exec 3< "$3"; LISTEN_FDS=1 LISTEN_PID=$$ "$0" --root "$1" exec "$2" sh -c \
		"echo \$LISTEN_FDS \$LISTEN_PID; cat <&3" < /dev/null' \
		"$RUNTIME_BIN" "$ROOT" "$ID" "$WORK/three"
	like "$output" '^1 [0-9]+'
	like "$output" three
}

@test "LISTEN_FDS: nonsense is passed over" {
	needs_runlet 'runc 1.1 takes what it can read'
	args env
	for value in x -1 '' 99999999999; do
		LISTEN_FDS=$value ok run_container
		unlike "$output" LISTEN
	done
}

@test "exec: stdio belongs to the user, but not /dev/null" {
	local before

	sleeper
	before=$(stat -c %u:%g /dev/null)
	mkfifo "$WORK/fifo"
	cat "$WORK/fifo" > "$WORK/got" &
	runtime exec --user 1000:1000 "$ID" sh -c 'echo again > /proc/self/fd/1' \
		< /dev/null > "$WORK/fifo"
	wait $!
	is "$(cat "$WORK/got")" again
	is "$(stat -c %u:%g /dev/null)" "$before"
}
