#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

catcher()
{
	script 'for s in TERM HUP USR1 USR2 INT; do trap "echo $s >> /tmp/log" $s; done
		touch /tmp/up; while :; do sleep 0.02; done'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
}

@test "kill: TERM is the default" {
	catcher
	ok runtime kill "$ID"
	wait_for 5 file_has "$ROOTFS/tmp/log" TERM
}

@test "kill: names with and without SIG, in any case, and numbers" {
	catcher
	for s in HUP:HUP SIGUSR1:USR1 usr2:USR2 2:INT sigterm:TERM; do
		ok runtime kill "$ID" "${s%:*}"
		wait_for 5 file_has "$ROOTFS/tmp/log" "${s#*:}"
	done
}

@test "kill: an unknown signal is refused" {
	sleeper
	for s in NOSUCH SIGNOSUCH TERMX; do
		fails 1 'unknown signal' runtime kill "$ID" "$s"
	done
	is "$(status_of)" running
}

@test "kill: numbers out of range are refused" {
	needs_runlet 'runc hands them to the kernel'
	sleeper
	for s in 65 1000 99999999999 -5; do
		fails 1 '.' runtime kill "$ID" "$s"
	done
}

@test "kill: real-time signals by name" {
	needs_runlet 'runc knows none of them by name'
	sleeper
	ok runtime kill "$ID" SIGRTMIN+3
}

@test "kill: a stopped container" {
	ok create_start
	wait_for 5 status_is stopped
	fails 1 'container not running' runtime kill "$ID" KILL
}

@test "kill --all: every process of the container" {
	namespace_drop pid
	script 'sleep 1000 & sleep 1000 & touch /tmp/up; wait'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	ok runtime kill --all "$ID" KILL
	wait_for 5 status_is stopped
	wait_for 5 no_process
	ok runtime kill --all "$ID" KILL
}
no_process() { [[ -z $(processes_left) ]]; }

@test "kill: SIGTERM ends a created container" {
	create
	ok runtime kill "$ID" TERM
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
}

@test "kill: SIGKILL ends a created and a paused container" {
	create
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	sleeper
	ok runtime pause "$ID"
	ok runtime kill "$ID" KILL
	runtime resume "$ID" || :
	wait_for 5 status_is stopped
}

@test "kill: a container that does not exist" {
	fails 1 'container does not exist' runtime kill nobody TERM
}

@test "kill: 0 asks whether init is there, an empty word is none" {
	sleeper
	ok runtime kill "$ID" 0
	is "$(status_of)" running
	ok runtime kill --all "$ID" 0
	is "$(status_of)" running
	runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	fails 1 'container not running' runtime kill "$ID" 0
	runtime delete "$ID"
	create
	ok runtime kill "$ID" ''
	wait_for 5 status_is stopped
}

# three NAME: containers NAME-a, NAME-b and other-c, which only sleep
three()
{
	local id

	args sleep 1000
	for id in "$1-a" "$1-b" other-c; do
		config '.linux.cgroupsPath = $cg' --arg cg "/$CG-$id"
		runtime run --detach --bundle "$BUNDLE" "$id" > "$OUT" 2>&1 < /dev/null
	done
}

@test "kill --regex: every container whose id matches" {
	needs_runlet 'an option of crun'
	three web
	ok runtime kill --regex '^web-' KILL
	wait_for 5 status_is stopped web-a
	wait_for 5 status_is stopped web-b
	is "$(status_of other-c)" running
	# Those that cannot be signalled do not keep the others from it, and are told.
	fails 1 'cannot kill web-a: container not running' runtime kill -r '(web|other)-[ac]' KILL
	wait_for 5 status_is stopped other-c
}

@test "kill --all: a process that cannot be opened is not passed over" {
	needs_runlet 'by pidfds, at certain calls'
	[[ -n $(type -P strace) ]] || skip 'strace is not installed'
	sleeper
	# The first is init's, of which the state says that it lives.
	fails 1 'signal process [0-9]+: input/output error' strace -q -o "$WORK/trace" \
		-e inject=pidfd_open:error=EIO:when=2 "$RUNTIME_BIN" --root "$ROOT" kill --all "$ID" KILL
	status_is running
	ok runtime kill --all "$ID" KILL
	wait_for 5 status_is stopped
}

@test "kill --regex: none matches, and what is no regular expression" {
	needs_runlet 'an option of crun'
	three web
	fails 1 'no container matches "nobody"' runtime kill --regex nobody KILL
	fails 1 'invalid regular expression "\("' runtime kill --regex '(' KILL
	fails 1 'the regular expression is empty' runtime kill --regex '' KILL
	fails 1 'unknown signal' runtime kill --regex . NOSUCH
	is "$(status_of web-a) $(status_of other-c)" 'running running'
	# Without the option an id is an id.
	fails 1 'invalid container ID format' runtime kill '^web' KILL
}

@test "delete --regex: all that match, and the others stay" {
	needs_runlet 'an option of crun'
	three web
	runtime kill web-b KILL
	wait_for 5 status_is stopped web-b
	fails 1 'cannot delete web-a: cannot delete container web-a that is not stopped: running' \
		runtime delete --regex 'web'
	is "$(runtime list -q)" $'other-c\nweb-a'
	ok runtime delete --force --regex '^web-.$'
	is "$(runtime list -q)" other-c
	is "$(status_of other-c)" running
}

@test "delete --regex: none matches, which only --force forgives" {
	needs_runlet 'an option of crun'
	mkdir "$ROOT"
	fails 1 'no container matches "nobody"' runtime delete --regex nobody
	ok runtime delete --force --regex nobody
	is "$output$stderr" ''
	fails 1 'the regular expression is empty' runtime delete --force --regex ''
	fails 1 'invalid regular expression' runtime delete --force --regex '[a'
}
