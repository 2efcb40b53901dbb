#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

# receiver [SEND]: listens on SOCK
receiver()
{
	SOCK=$WORK/console.sock TTY=$WORK/tty
	background python3 "$BATS_TEST_DIRNAME/helpers/console.py" "$SOCK" "$TTY" "$@"
	wait_for 5 test -e "$TTY.ready"
}

# Runs a command line below a new terminal, which is its controlling one; output has its bytes.
in_terminal() { run_it timeout 20 script -qec "$1" /dev/null; }

@test "--console-socket: one terminal, which is the program's stdio and controlling terminal" {
	receiver
	config '.process.terminal = true'
	script 'tty; test -t 0 && test -t 1 && test -t 2 && echo all; ps -o pid,tty; stty size
		echo x > /dev/tty && echo controlling'
	create_start --console-socket "$SOCK"
	wait_status "$BG"
	is "$(cat "$TTY.fds")" '1 True True'
	file_has "$TTY" '/dev/pts/0'
	file_has "$TTY" all
	file_has "$TTY" controlling
}

@test "--console-socket: input reaches the program" {
	receiver 'hello\n'
	config '.process.terminal = true'
	script 'read -r line; echo "got $line"'
	create_start --console-socket "$SOCK"
	wait_status "$BG"
	file_has "$TTY" 'got hello'
}

@test "/dev/console is the terminal" {
	receiver
	config '.process.terminal = true'
	script 'test -c /dev/console && echo x > /dev/console && echo ok'
	create_start --console-socket "$SOCK"
	wait_status "$BG"
	file_has "$TTY" ok
}

@test "consoleSize" {
	receiver
	config '.process.terminal = true | .process.consoleSize = {"height": 33, "width": 111}'
	args stty size
	create_start --console-socket "$SOCK"
	wait_status "$BG"
	file_has "$TTY" '33 111'
}

@test "the terminal belongs to the process's user" {
	receiver
	config '.process.terminal = true | .process.user = {"uid": 1000, "gid": 1000}'
	script 'stat -c %u "$(tty)"; id -u'
	create_start --console-socket "$SOCK"
	wait_status "$BG"
	is "$(tr -d '\r' < "$TTY")" $'1000\n1000'
}

@test "terminal without a console socket is refused when detached" {
	config '.process.terminal = true'
	run_it create
	is "$status" 1
	like "$output$stderr" 'console.?socket|terminal'
}

@test "a console socket without terminal is refused" {
	receiver
	run_it create --console-socket "$SOCK"
	is "$status" 1
	like "$output$stderr" 'console.?socket'
}

@test "a console socket that does not exist" {
	config '.process.terminal = true'
	run_it create --console-socket "$WORK/none.sock"
	is "$status" 1
	nothing_left
}

@test "exec --tty --console-socket" {
	sleeper
	receiver
	run_it runtime exec --tty --detach --pid-file "$WORK/pid2" --console-socket "$SOCK" "$ID" \
		sh -c 'tty; test -t 0 && echo yes; exit 3'
	is "$status" 0
	wait_status "$BG"
	is "$(cat "$TTY.fds")" '1 True True'
	file_has "$TTY" yes
}

@test "run in the foreground: the program has a terminal" {
	config '.process.terminal = true'
	script 'tty; test -t 1 && echo yes; exit 7'
	in_terminal "$RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID"
	is "$status" 7
	like "$output" '/dev/pts/0'
	like "$output" yes
}

@test "run in the foreground: the size is the caller's" {
	config '.process.terminal = true'
	args stty size
	in_terminal "stty rows 41 cols 99; $RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID"
	like "$output" '41 99'
}

@test "run in the foreground: much output arrives whole" {
	config '.process.terminal = true'
	script 'i=0; while [ $i -lt 3000 ]; do echo "line $i of the output"; i=$((i + 1)); done'
	in_terminal "$RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID"
	is "$status" 0
	is "$(grep -c 'line [0-9]* of the output' <<< "$output")" 3000
}

@test "exec --tty in the foreground" {
	sleeper
	in_terminal "$RUNTIME_BIN --root $ROOT exec -t $ID sh -c 'tty; exit 5'"
	is "$status" 5
	like "$output" '/dev/pts/'
}

@test "the caller's terminal is as it was afterwards" {
	config '.process.terminal = true'
	in_terminal "stty -g > $WORK/before; $RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID
		stty -g > $WORK/after"
	diff "$WORK/before" "$WORK/after"
}
