#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# sd_notify from inside a container to who supervises the runtime.
load helpers

# supervised COMMAND...: with NOTIFY_SOCKET; what comes is in $WORK/told
supervised()
{
	timeout -k 1 30 python3 "$BATS_TEST_DIRNAME/helpers/supervisor.py" \
		"${SUPERVISOR:-$WORK/supervisor.sock}" "$WORK/told" "$@" 3>&-
	rm -f "$WORK/supervisor.sock"
}

# tells TEXT [FINALLY]: a program that says TEXT to its NOTIFY_SOCKET once /tmp/go is there, and then
# does FINALLY
tells()
{
	# A busybox has no client of datagram sockets: the host's Python does it from outside.
	script "echo \$NOTIFY_SOCKET > /tmp/name; ls /run/notify > /tmp/listed
		touch /tmp/up; until [ -e /tmp/told ]; do sleep 0.02; done; ${2:-exec sleep 1000}"
	background python3 "$BATS_TEST_DIRNAME/helpers/ready.py" "$ROOTFS" "$1" "$PID_FILE"
}

# was_told PID: that it is ready, and which process to watch
was_told()
{
	is "$(head -n 2 "$WORK/told")" "READY=1 0
MAINPID=$1 0"
	# The descriptor says when it was read; runc has that since 1.2.
	is_runlet || return 0
	is "$(tail -n +3 "$WORK/told")" 'BARRIER=1 1'
}

test_setup()
{
	CREATE=(create --bundle "$BUNDLE" --pid-file "$PID_FILE" "$ID")
}

@test "NOTIFY_SOCKET: start returns when the program is ready, and tells which process it is" {
	local pid

	tells 'READY=1\nSTATUS=up'
	supervised "$RUNTIME_BIN" --root "$ROOT" "${CREATE[@]}" > "$OUT"
	pid=$(cat "$PID_FILE")
	is "$(cat "$WORK/told")" ''
	background supervised "$RUNTIME_BIN" --root "$ROOT" start "$ID" > "$WORK/start" 2>&1
	wait_for 5 test -e "$ROOTFS/tmp/up"
	is "$(cat "$ROOTFS/tmp/name")" /run/notify/notify.sock
	is "$(cat "$ROOTFS/tmp/listed")" notify.sock
	sleep 0.2
	kill -0 "$BG"
	# Nobody is kept waiting by a start that waits.
	is "$(status_of)" running
	ok timeout 5 "$RUNTIME_BIN" --root "$ROOT" exec "$ID" true < /dev/null
	touch "$ROOTFS/tmp/go"
	wait_status "$BG"
	is "$status" 0
	was_told "$pid"
	is "$(status_of)" running
}

@test "NOTIFY_SOCKET: run --detach waits as well; an abstract socket" {
	SUPERVISOR=@rlbats-$ID
	tells 'READY=1'
	background supervised "$RUNTIME_BIN" --root "$ROOT" run --detach --pid-file "$PID_FILE" \
		--bundle "$BUNDLE" "$ID" > "$OUT" 2>&1
	wait_for 5 test -e "$ROOTFS/tmp/up"
	sleep 0.2
	kill -0 "$BG"
	touch "$ROOTFS/tmp/go"
	wait_status "$BG"
	is "$status" 0
	was_told "$(cat "$PID_FILE")"
}

@test "NOTIFY_SOCKET: run in the foreground is the process to watch" {
	needs_runlet 'runc 1.1 takes no signal until then'
	tells 'READY=1' 'exit 6'
	background supervised "$RUNTIME_BIN" --root "$ROOT" run --pid-file "$PID_FILE" \
		--bundle "$BUNDLE" "$ID" > "$OUT" 2>&1
	wait_for 5 test -e "$ROOTFS/tmp/up"
	touch "$ROOTFS/tmp/go"
	wait_status "$BG"
	is "$status" 6
	like "$(cat "$WORK/told")" '^READY=1 0
MAINPID=[0-9]+ 0$'
	unlike "$(cat "$WORK/told")" "MAINPID=$(cat "$PID_FILE") "
}

@test "NOTIFY_SOCKET: a program that ends without a word" {
	script 'exit 0'
	supervised "$RUNTIME_BIN" --root "$ROOT" "${CREATE[@]}" > "$OUT"
	ok supervised "$RUNTIME_BIN" --root "$ROOT" start "$ID"
	is "$(cat "$WORK/told")" ''
	wait_for 5 status_is stopped
}

@test "NOTIFY_SOCKET: no byte of the container's reaches the supervisor" {
	needs_runlet 'runc passes the line on as it is'
	tells 'STATUS=mine\nREADY=1\nMAINPID=1\nFDSTORE=1'
	supervised "$RUNTIME_BIN" --root "$ROOT" "${CREATE[@]}" > "$OUT"
	background supervised "$RUNTIME_BIN" --root "$ROOT" start "$ID" > "$WORK/start" 2>&1
	wait_for 5 test -e "$ROOTFS/tmp/up"
	touch "$ROOTFS/tmp/go"
	wait_status "$BG"
	was_told "$(cat "$PID_FILE")"
}

@test "NOTIFY_SOCKET: created without it, start does not wait" {
	needs_runlet 'runc 1.1 fails'
	args sleep 1000
	create
	ok supervised "$RUNTIME_BIN" --root "$ROOT" start "$ID"
	is "$(status_of)" running
	unlike "$(tr '\0' ' ' < "/proc/$INIT/environ")" NOTIFY_SOCKET
}

@test "NOTIFY_SOCKET: for a user of a user namespace; exec has no part in it" {
	needs_runlet 'runc 1.1 cannot walk to its state directory'
	namespace_add '{"type": "user"}'
	config '.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 2000}] |
		.linux.gidMappings = .linux.uidMappings |
		.process.user = {"uid": 1000, "gid": 1000}'
	chown -R 100000:100000 "$ROOTFS"
	script 'ls -l /run/notify > /tmp/listed; exec sleep 1000'
	supervised "$RUNTIME_BIN" --root "$ROOT" "${CREATE[@]}" > "$OUT"
	background supervised "$RUNTIME_BIN" --root "$ROOT" start "$ID" > "$WORK/start" 2>&1
	wait_for 5 file_has "$ROOTFS/tmp/listed" 'srwxrwxrwx .* notify.sock'
	ok runtime exec "$ID" env < /dev/null
	unlike "$output" NOTIFY_SOCKET
	# Its end is the end of the waiting.
	ok runtime kill "$ID" KILL
	wait_status "$BG"
	is "$status" 0
	is "$(cat "$WORK/told")" ''
}

@test "NOTIFY_SOCKET: whoever waits for the program can be ended" {
	local command

	needs_runlet 'runc connects to the supervisor before there is something to say'
	export NOTIFY_SOCKET=$WORK/nobody
	args sleep 1000
	for command in 'run --detach' start; do
		[[ $command != start ]] || runtime "${CREATE[@]}" > "$OUT" < /dev/null
		# shellcheck disable=SC2086
		(cd "$BUNDLE" && exec timeout -k 1 --foreground 5 \
			"$RUNTIME_BIN" --root "$ROOT" $command "$ID") > "$OUT" 2>&1 < /dev/null 3>&- &
		BG=$!
		wait_for 5 status_is running
		sleep 0.2
		kill -TERM "$(pgrep -P "$BG")"
		wait_status "$BG"
		is "$status" 143
		# What runs is not its business any more.
		is "$(status_of)" running
		ok runtime delete --force "$ID"
	done
}
