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

# resized COMMAND: the size of the terminal below which COMMAND runs changes meanwhile
resized()
{
	in_terminal "stty rows 30 cols 90
		{ until [ -e $ROOTFS/tmp/up ]; do sleep 0.02; done; stty rows 50 cols 120; } < /dev/tty &
		$1"
}
SHOW_SIZES='stty size; touch /tmp/up; i=0; until [ "$(stty size)" = "50 120" ] || [ $i -gt 250 ]; do
	sleep 0.02; i=$((i + 1)); done; stty size'

@test "run in the foreground: the size follows the caller's" {
	config '.process.terminal = true'
	script "$SHOW_SIZES"
	resized "$RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID"
	is "$status" 0
	like "$output" '50 120'
	# runc 1.1 sets it when the program runs already.
	if is_runlet; then
		like "$output" '30 90.*50 120'
	fi
}

@test "exec --tty in the foreground: the size is the caller's, and follows it" {
	sleeper
	echo "$SHOW_SIZES" > "$ROOTFS/tmp/sizes"
	resized "$RUNTIME_BIN --root $ROOT exec --tty $ID sh /tmp/sizes"
	is "$status" 0
	like "$output" '30 90.*50 120'
}

@test "exec --tty: consoleSize of the process document, and its refusals" {
	sleeper
	fails 255 'cannot allocate tty if .* will detach without setting console socket' \
		runtime exec --tty --detach "$ID" true < /dev/null
	receiver
	fails 255 'cannot use console socket if .* will not detach or allocate tty' \
		runtime exec --console-socket "$SOCK" "$ID" true < /dev/null
	echo '{"cwd": "/", "args": ["/bin/stty", "size"], "terminal": true,
		"consoleSize": {"height": 12, "width": 34}}' > "$WORK/process.json"
	ok runtime exec --detach --process "$WORK/process.json" --console-socket "$SOCK" "$ID" < /dev/null
	wait_status "$BG"
	file_has "$TTY" '12 34'
}
