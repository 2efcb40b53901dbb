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
