#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# runlet-monitor by itself, with real runtimes.

load helpers

test_setup()
{
	MONITOR=$BUILD/runlet-monitor
	DIR=$WORK/c BUNDLE=$WORK/bundle ROOT=$WORK/root LOG=$LOGS/$NS/c.log
	RUNTIME=$BUILD/runlet
	mkdir -p "$DIR" "$BUNDLE"/rootfs/{bin,dev,etc,proc,sys,tmp}
	cp "$(realpath "$(command -v busybox)")" "$BUNDLE/rootfs/bin/busybox"
	chroot "$BUNDLE/rootfs" /bin/busybox --install -s /bin
}

test_teardown()
{
	[[ ! -e $DIR/monitor.json ]] || ask stop > /dev/null 2>&1 || :
	[[ -z $(on_host pgrep -x runlet-monitor) ]] || wait_for 15 no_monitor
	[[ -z $(ls -A "$ROOT" 2> /dev/null) ]] || { echo "left at the runtime: $(ls "$ROOT")"; return 1; }
}

no_monitor() { ! on_host pgrep -x runlet-monitor > /dev/null; }

# container SCRIPT [JSON]: a container that runs it, and more of its monitor.json
container()
{
	jq -n --arg script "$1" --arg cg "/$NS/c" '{ociVersion: "1.0.2",
		process: {user: {uid: 0, gid: 0}, args: ["sh", "-c", $script], env: ["PATH=/bin"], cwd: "/"},
		root: {path: "rootfs"},
		mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		linux: {cgroupsPath: $cg, namespaces: [{type: "pid"}, {type: "ipc"}, {type: "uts"},
			{type: "mount"}, {type: "network"}]}}' > "$BUNDLE/config.json"
	jq -n --arg runtime "$RUNTIME" --arg root "$ROOT" --arg bundle "$BUNDLE" --arg run "$RUN/c" \
		--arg log "$LOG" --argjson more "${2:-{\}}" \
		'{version: 1, id: "c", runtime: $runtime, root: $root, bundle: $bundle, run: $run, log: $log} + $more' \
		> "$DIR/monitor.json"
}

monitor() { on_host timeout -k 1 30 "$MONITOR" "$DIR"; }
ask() { on_host python3 "$BATS_TEST_DIRNAME/helpers/ask.py" "$RUN/c/socket" "$1"; }
status_is() { jq -e "$1" "$DIR/status.json" > /dev/null 2>&1; }
log_has_twice() { (($(grep -cE "$1" "$LOG") == 2)); }
log_has() { grep -qE "$1" "$LOG"; }
monitor_pid() { on_host pgrep -x runlet-monitor; }

has_runtime()
{
	RUNTIME=$(PATH=$PATH:/usr/sbin:/sbin command -v "$1") || skip "$1 is not installed"
}

# What every runtime has to do for a monitor.
life_with_runtime()
{
	container 'echo out; echo err >&2; sleep 0.2; trap "exit 3" TERM; echo ready; while :; do sleep 0.1; done'
	run monitor
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	status_is '.state == "running" and .pid > 0'
	wait_for 10 log_has 'Z stdout F ready$'
	log_has '^20[0-9-]*T[0-9:]*\.[0-9]{9}Z stdout F out$'
	log_has 'Z stderr F err$'
	[ "$(ask restart)" = ok ]
	status_is '.state == "running" and (.restarts // 0) == 0'
	wait_for 10 log_has_twice 'Z stdout F ready$'
	[ "$(ask stop)" = ok ]
	status_is '.state == "stopped" and .exitCode == 3' || { cat "$DIR/status.json"; return 1; }
	wait_for 5 no_monitor
	# The exit status of one that ends by itself; and why one could not be started.
	container 'exit 7'
	run monitor
	[ "$status" -eq 0 ]
	wait_for 10 status_is '.state == "exited" and .exitCode == 7'
	wait_for 5 no_monitor
	jq '.process.args = ["/bin/nothing"]' "$BUNDLE/config.json" > "$BUNDLE/new"
	mv "$BUNDLE/new" "$BUNDLE/config.json"
	run monitor
	[ "$status" -eq 1 ]
	[[ $output == *nothing* ]]
	status_is '.state == "failed" and (.error | contains("nothing"))'
}

@test "with runlet" { life_with_runtime; }
@test "with runc" { has_runtime runc; life_with_runtime; }
@test "with crun" {
	has_runtime crun
	container true
	run on_host "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" probe
	on_host "$RUNTIME" --root "$ROOT" delete --force probe || :
	[ "$status" -eq 0 ] || skip "crun cannot create a container here: $output"
	life_with_runtime
}

@test "started again, later each time, until it is given up" {
	container 'echo again; exit 5' '{"restart": "on-failure"}'
	monitor
	wait_for 20 status_is '.state == "failed"'
	status_is '.restarts == 5 and .exitCode == 5 and (.error | contains("given up"))'
	[ "$(grep -c 'stdout F again$' "$LOG")" -eq 6 ]
	log_has 'stderr F runlet-monitor: starts again in 100 ms$'
	log_has 'stderr F runlet-monitor: starts again in 1600 ms$'
	log_has 'stderr F runlet-monitor: started again 5 times within 10 minutes: given up$'
}

@test "always, and on-failure not after success" {
	container 'test -e /tmp/twice && sleep 100; test -e /tmp/once && : > /tmp/twice; : > /tmp/once' \
		'{"restart": "always"}'
	monitor
	wait_for 10 status_is '.state == "running" and .restarts == 2'
	ask stop
	container 'exit 0' '{"restart": "on-failure"}'
	monitor
	wait_for 10 status_is '.state == "exited" and .exitCode == 0 and (.restarts // 0) == 0'
}

@test "one that does not want to end is killed" {
	container 'trap "" TERM; echo ready; while :; do sleep 0.1; done' '{"stopTimeoutMs": 300, "restart": "always"}'
	monitor
	wait_for 5 log_has ready
	[ "$(ask stop)" = ok ]
	status_is '.state == "stopped" and .exitCode == 137'
}

@test "one that the runtime cannot delete was not stopped" {
	RUNTIME=$WORK/runtime
	printf '#!/bin/sh\ncase "$*" in *" delete "*) [ ! -e %s ] || exit 1;; esac\nexec %s "$@"\n' \
		"$WORK/stuck" "$BUILD/runlet" > "$RUNTIME"
	chmod +x "$RUNTIME"
	container 'trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done'
	monitor
	wait_for 5 log_has ready
	: > "$WORK/stuck"
	run ask stop
	[[ $output == *delete:* ]]
	wait_for 5 no_monitor
	status_is '.state == "failed" and (.error | startswith("delete: "))'
	rm "$WORK/stuck"
	monitor
	[ "$(ask stop)" = ok ]
	status_is '.state == "stopped" and .error == null'
}

@test "a status that a loss of power damaged is no obstacle" {
	container 'sleep 100' '{"stopTimeoutMs": 200}'
	monitor
	on_host kill -KILL "$(monitor_pid)"
	wait_for 5 no_monitor
	: > "$DIR/status.json"
	monitor
	status_is '.state == "running" and .pid > 0'
	log_has 'runlet-monitor: .*status.json'
	[ "$(ask stop)" = ok ]
}

@test "a monitor that is killed costs nothing, and another takes over" {
	local pid first

	container 'echo one; while ! test -e /tmp/go; do sleep 0.05; done; seq 1 2000; echo last; exit 9'
	monitor
	wait_for 5 log_has 'F one$'
	pid=$(jq .pid "$DIR/status.json")
	first=$(monitor_pid)
	on_host kill -KILL "$first"
	wait_for 5 no_monitor
	: > "$BUNDLE/rootfs/tmp/go" # it prints what nobody reads, and ends
	[ -d "/proc/$HOST_STARTER" ]
	monitor || :
	wait_for 10 status_is '.state == "exited" or .state == "running"'
	wait_for 10 log_has 'F last$'
	[ "$(grep -cE 'stdout F [0-9]+$' "$LOG")" -ge 2000 ]
}

@test "a container that runs is adopted as it is" {
	local pid

	container 'while ! test -e /tmp/go; do sleep 0.05; done; echo gone; exit 9' '{"restart": "no"}'
	monitor
	pid=$(jq .pid "$DIR/status.json")
	on_host kill -KILL "$(monitor_pid)"
	wait_for 5 no_monitor
	monitor
	status_is ".state == \"running\" and .pid == $pid"
	log_has "took over process $pid\$"
	: > "$BUNDLE/rootfs/tmp/go"
	wait_for 10 status_is '.state == "exited"'
	log_has 'F gone$'
	# The kernel tells how a process ended that is no child of ours, since 6.15; a zombie tells, too.
	status_is '.exitCode == 9 or .exitCode == null'
}

@test "killed at any of its steps, it leaves nothing to the next one" {
	command -v strace > /dev/null || skip 'needs strace'
	container 'echo ready; sleep 100' '{"stopTimeoutMs": 200}'
	for call in renameat:1 renameat:2 renameat:3 clone:1 clone:2 clone:3 waitid:1 wait4:2 wait4:4 unlinkat:1 unlink:2; do
		run on_host timeout -k 1 30 strace -f -qq -o /dev/null -b execve \
			-e "inject=${call%:*}:signal=KILL:when=${call#*:}" "$MONITOR" "$DIR"
		[[ -z $(monitor_pid) ]] || on_host kill -KILL "$(monitor_pid)"
		wait_for 5 no_monitor
		run monitor
		[ "$status" -eq 0 ] || { echo "$call: $output"; cat "$LOG"; return 1; }
		status_is '.state == "running"'
		[ "$(ask stop)" = ok ]
		wait_for 5 no_monitor
		[ -z "$(ls -A "$ROOT")" ]
	done
}

@test "a container has one monitor" {
	container 'sleep 100' '{"stopTimeoutMs": 200}'
	monitor
	run monitor
	[ "$status" -eq 1 ]
	[[ $output == *"it has a monitor already"* ]]
	status_is '.state == "running"'
}

@test "it keeps no directory busy" {
	container 'sleep 100' '{"stopTimeoutMs": 200}'
	on_host env -C "$WORK" timeout -k 1 30 "$MONITOR" "${DIR#"$WORK/"}"
	status_is '.state == "running"'
	[ "$(on_host readlink "/proc/$(monitor_pid)/cwd")" = / ]
	[ "$(ask stop)" = ok ]
	status_is '.state == "stopped"'
}

@test "asked to start, it starts what waits to be started again" {
	container 'test -e /tmp/go && sleep 100; exit 5' '{"restart": "on-failure", "stopTimeoutMs": 200}'
	monitor
	wait_for 20 log_has 'starts again in 1600 ms$'
	: > "$BUNDLE/rootfs/tmp/go"
	[ "$(ask start)" = ok ]
	status_is '.state == "running"'
	pid=$(jq .pid "$DIR/status.json")
	# One that runs stays as it is.
	[ "$(ask start)" = ok ]
	status_is ".pid == $pid"
	[ "$(ask stop)" = ok ]
}

@test "a new version is installed while it runs" {
	cp "$MONITOR" "$WORK/runlet-monitor"
	MONITOR=$WORK/runlet-monitor
	container 'echo ready; sleep 100' '{"stopTimeoutMs": 200}'
	monitor
	wait_for 5 log_has ready
	printf '#!/bin/false\n' > "$WORK/new"
	chmod +x "$WORK/new"
	mv "$WORK/new" "$MONITOR"
	[ "$(ask restart)" = ok ]
	[ "$(ask stop)" = ok ]
}

@test "a machine that goes down stops it, and still wants it" {
	container 'trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done' '{"restart": "always", "wanted": "up"}'
	monitor
	wait_for 5 log_has ready
	on_host kill -TERM "$(monitor_pid)"
	wait_for 10 no_monitor
	status_is '.state == "stopped" and .exitCode == 0'
	[ "$(jq -r .wanted "$DIR/monitor.json")" = up ]
}

@test "a log is put aside when it is large, and no line is lost" {
	container 'seq 1 3000; sleep 100' '{"logSizeMax": 20000, "logFiles": 20, "stopTimeoutMs": 200}'
	monitor
	wait_for 10 log_has 'F 3000$'
	[ -e "$LOG.1" ]
	[ "$(cat "$LOG" "$LOG".* | grep -cE 'stdout F [0-9]+$')" -eq 3000 ]
	for f in "$LOG".*; do
		[ "$(stat -c %s "$f")" -le 40000 ]
	done
}

@test "lines without an end, and bytes that are no text" {
	container 'printf "a\377b\nno end"; sleep 0.3; printf "; here"; exit 0'
	monitor
	wait_for 10 status_is '.state == "exited"'
	LC_ALL=C grep -qaE 'stdout F a.b$' "$LOG"
	log_has 'stdout P no end; here$'
}

@test "what is wrong with a directory is said" {
	run monitor
	[ "$status" -eq 1 ]
	[[ $output == *monitor.json* ]]
	container true
	echo '{"version": 7}' > "$DIR/monitor.json"
	run monitor
	[ "$status" -eq 1 ]
	[[ $output == *version* ]]
	container true '{"runtime": "/nowhere/runlet"}'
	run monitor
	[ "$status" -eq 1 ]
	[[ $output == *"cannot be executed"* ]]
	rm "$DIR/monitor.json"
}
