#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

test_setup() { sleeper; }
in_container() { runtime exec "$@" < /dev/null; }

@test "exec: arguments, also those that look like options" {
	ok in_container "$ID" echo a 'b  c' --cwd -e -- ''
	is "$output" "a b  c --cwd -e -- "
}

@test "exec: the exit status is the program's" {
	for code in 0 1 42 254; do
		run_it in_container "$ID" sh -c "exit $code"
		is "$status" "$code"
	done
	run_it in_container "$ID" sh -c 'kill -9 $$'
	is "$status" 137
}

@test "exec: stdin, stdout and stderr are the caller's" {
	run_it bash -c 'echo in | "$0" --root "$1" exec "$2" sh -c "cat; echo err >&2"' \
		"$RUNTIME_BIN" "$ROOT" "$ID"
	is "$output" in
	is "$stderr" err
}

@test "exec: joins every namespace and the cgroups of the container" {
	local want

	ok in_container "$ID" sh -c 'for n in pid net ipc uts mnt; do readlink /proc/self/ns/$n; done'
	want=$(for n in pid net ipc uts mnt; do readlink "/proc/$INIT/ns/$n"; done)
	is "$output" "$want"
	ok in_container "$ID" cat /proc/self/cgroup
	is "$(sort <<< "$output")" "$(sort "/proc/$INIT/cgroup")"
}

@test "exec --cwd" {
	ok in_container --cwd /tmp "$ID" pwd
	is "$output" /tmp
}

@test "exec: a cwd that does not exist is refused, not made" {
	fails 255 'chdir to cwd \("/no/dir"\) set in config.json failed: no such file or directory' \
		in_container --cwd /no/dir "$ID" pwd
	[[ ! -e $ROOTFS/no ]]
}

@test "exec --env: added to the config's; the last of a name wins" {
	ok in_container --env A=1 --env B=2 --env A=3 "$ID" env
	like "$output" 'A=3'
	like "$output" 'B=2'
	like "$output" 'PATH='
	is "$(grep -c ^A= <<< "$output")" 1
}

@test "exec: HOME is the user's" {
	ok in_container "$ID" sh -c 'echo $HOME'
	is "$output" /root
	ok in_container --user 1000:1000 "$ID" sh -c 'echo $HOME'
	is "$output" /home/web
}

@test "exec --user and --additional-gids" {
	ok in_container --user 1000:5 -g 20 -g 30 "$ID" id
	like "$output" '^uid=1000\(web\) gid=5 .*20,30$'
	ok in_container --user 12345 "$ID" id -u
	is "$output" 12345
}

@test "exec --user: a number too large is refused" {
	needs_runlet 'runc takes 2^32 for root'
	for user in 4294967296 4294967295 -1 1:4294967296 99999999999999999999; do
		fails 255 '.' in_container --user="$user" "$ID" id -u
	done
}

@test "exec --detach --pid-file" {
	in_container --detach --pid-file "$WORK/exec.pid" "$ID" sleep 999 > "$WORK/out" 2>&1
	is "$(wc -l < "$WORK/exec.pid")" 0
	pid=$(cat "$WORK/exec.pid")
	like "$(tr '\0' ' ' < "/proc/$pid/cmdline")" 'sleep 999'
	is "$(readlink "/proc/$pid/ns/pid")" "$(readlink "/proc/$INIT/ns/pid")"
}

@test "exec: failure leaves no pid file" {
	needs_runlet 'go-runc users take its absence as failure'
	fails 255 'no/such' in_container --detach --pid-file "$WORK/exec.pid" "$ID" /no/such
	[[ ! -e $WORK/exec.pid ]]
}

@test "exec --process" {
	cat > "$WORK/process.json" <<-'END'
	{ "terminal": false, "cwd": "/tmp", "user": { "uid": 1000, "gid": 1000 },
	  "args": [ "sh", "-c", "id -u; pwd; echo $FROM; echo $HOME" ],
	  "env": [ "PATH=/bin", "FROM=file" ] }
	END
	ok in_container --process "$WORK/process.json" "$ID"
	is "$output" $'1000\n/tmp\nfile\n/home/web'
}

@test "exec --process: a malformed file" {
	echo '{ "args": [' > "$WORK/process.json"
	fails 255 '.' in_container --process "$WORK/process.json" "$ID"
	fails 255 'no such file or directory' in_container --process "$WORK/none.json" "$ID"
}

@test "exec: --cap adds to what the config gives" {
	ok in_container --cap CAP_NET_ADMIN "$ID" grep ^CapEff /proc/self/status
	(((0x$(awk '{ print $2 }' <<< "$output") >> 12 & 1) == 1))
	ok in_container "$ID" grep ^CapEff /proc/self/status
	(((0x$(awk '{ print $2 }' <<< "$output") >> 12 & 1) == 0))
}

@test "exec --cap: one that is unknown only warns" {
	ok in_container --cap CAP_NOSUCH "$ID" true
	like "$stderr" 'ignoring unknown or unavailable capabilities: \[CAP_NOSUCH\]'
	ok runtime --log "$LOG" exec --cap CAP_NOSUCH "$ID" true < /dev/null
	is "$stderr" ''
}

@test "exec --env: no variable" {
	fails 255 'exec failed: .*invalid environment variable: "FOO"' in_container --env FOO "$ID" true
	fails 255 'exec failed: .*environment variable.*"=x"' in_container --env =x "$ID" true
}

@test "exec --no-new-privs" {
	ok in_container --no-new-privs "$ID" grep ^NoNewPrivs /proc/self/status
	like "$output" '1$'
}

@test "exec: a program that does not exist" {
	fails 255 'exec failed: .*exec: "/no/such": stat /no/such: no such file or directory' \
		in_container "$ID" /no/such
	fails 255 'exec: "nosuch": executable file not found in \$PATH' in_container "$ID" nosuch
}

@test "exec: a file that is not executable, and a directory" {
	echo text > "$ROOTFS/tmp/text"
	fails 255 'exec: "/tmp/text": permission denied' in_container "$ID" /tmp/text
	fails 255 'exec: "/tmp": (permission denied|is a directory)' in_container "$ID" /tmp
}

@test "exec: a script whose interpreter is missing" {
	printf '#!/no/interpreter\n' > "$ROOTFS/tmp/run.sh"
	chmod 755 "$ROOTFS/tmp/run.sh"
	run_it in_container "$ID" /tmp/run.sh
	[[ $status -ne 0 ]]
	like "$stderr" 'exec /tmp/run.sh: no such file or directory'
}

@test "exec: no program" {
	run_it in_container "$ID"
	[[ $status -ne 0 ]]
}

@test "exec: a container that does not exist" {
	fails 255 'container does not exist' in_container nobody true
}

@test "exec: a pid file that cannot be written" {
	fails 255 'no such file or directory' in_container --pid-file "$WORK/no/dir/pid" "$ID" true
}

@test "exec in a created container" {
	runtime delete --force "$ID"
	create
	ok in_container "$ID" echo hello
	is "$output" hello
	is "$(status_of)" created
}

@test "exec in a stopped container" {
	runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	fails 255 'cannot exec in a stopped container' in_container "$ID" true
}

@test "exec in a paused container" {
	runtime pause "$ID"
	fails 255 'cannot exec in a paused container' in_container "$ID" true
	runtime resume "$ID"
	ok in_container "$ID" true
}

@test "exec: signals are forwarded" {
	background "$RUNTIME_BIN" --root "$ROOT" exec "$ID" sh -c \
		'trap "exit 9" TERM; touch /tmp/up; while :; do sleep 0.02; done'
	wait_for 5 test -e "$ROOTFS/tmp/up"
	kill -TERM "$BG"
	wait_status "$BG"
	is "$status" 9
}

@test "exec: ends when its program does, though a grandchild lives on" {
	# The grandchild must not hold the output, which bats waits for.
	run_it in_container "$ID" sh -c 'sleep 1000 > /dev/null 2>&1 & exit 5'
	is "$status" 5
}

@test "exec: 20 at once" {
	local pids=() p

	for _ in {1..20}; do
		runtime exec "$ID" true > /dev/null 2>> "$WORK/errors" < /dev/null &
		pids+=($!)
	done
	for p in "${pids[@]}"; do
		wait "$p" || { cat "$WORK/errors"; return 1; }
	done
}

@test "exec --ignore-paused: waits for resume, and does not hold it up" {
	runtime pause "$ID"
	background timeout -k 1 30 "$RUNTIME_BIN" --root "$ROOT" exec --ignore-paused "$ID" \
		touch /tmp/ran
	wait_for 5 bash -c "[[ \$(wc -l < '$(cgroup freezer)/cgroup.procs') -gt 1 ]]"
	[[ ! -e $ROOTFS/tmp/ran ]]
	ok runtime resume "$ID"
	wait_status "$BG"
	is "$status" 0
	[[ -e $ROOTFS/tmp/ran ]]
}

@test "exec: a failure leaves no pid file" {
	needs_runlet "pidfd-socket came with runc 1.2"
	fails 255 'pidfd-socket' in_container --detach --pid-file "$WORK/exec-pid" \
		--pidfd-socket /no/such/socket "$ID" sleep 1000
	[[ ! -e $WORK/exec-pid ]]
}
