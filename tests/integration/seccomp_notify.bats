#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# SCMP_ACT_NOTIFY, with an agent that answers.
load helpers

AGENT=$BATS_TEST_DIRNAME/helpers/seccomp_agent.py

test_setup()
{
	SOCKET=$WORK/agent.sock ASKED=$WORK/asked
	background python3 "$AGENT" "$SOCKET" "$ASKED"
	wait_for 10 file_has "$ASKED" ready
	notify mkdir mkdirat
}

# notify CALL...: the profile
notify()
{
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": $socket,
		"listenerMetadata": "for the agent",
		"syscalls": [{"names": $calls, "action": "SCMP_ACT_NOTIFY"}]}' \
		--arg socket "$SOCKET" --argjson calls "$(jq -cn '$ARGS.positional' --args "$@")"
}

no_new_privs() { config ".process.noNewPrivileges = $1"; }

# document N: the Nth that the agent was given
document() { sed -n 's/^container 1 //p' "$ASKED" | sed -n "$1p"; }

@test "the agent answers for the program, with and without no_new_privs" {
	for nnp in true false; do
		no_new_privs "$nnp"
		args mkdir /tmp/x
		fails 1 'No medium found' run_container
		[[ ! -e $ROOTFS/tmp/x ]]
	done
}

@test "the agent is told of the container" {
	config '.annotations = {"org.example.key": "value"}'
	sleeper
	d=$(document 1)
	is "$(jq -r '.fds | join(" ")' <<< "$d")" seccompFd
	is "$(jq -r .metadata <<< "$d")" 'for the agent'
	is "$(jq -r .pid <<< "$d")" "$INIT"
	is "$(jq -r .state.id <<< "$d")" "$ID"
	is "$(jq -r .state.status <<< "$d")" creating
	is "$(jq -r .state.pid <<< "$d")" "$INIT"
	is "$(jq -r .state.bundle <<< "$d")" "$BUNDLE"
	is "$(jq -r '.state.annotations["org.example.key"]' <<< "$d")" value
}

@test "exec: its process has a listener of its own" {
	for nnp in true false; do
		no_new_privs "$nnp"
		sleeper
		fails 1 'No medium found' runtime exec "$ID" mkdir /tmp/x
		runtime delete --force "$ID"
	done
	is "$(grep -c '^container 1 ' "$ASKED")" 4
	d=$(document 2)
	is "$(jq -r .state.status <<< "$d")" running
	[[ $(jq -r .pid <<< "$d") != "$(jq -r .state.pid <<< "$d")" ]]
	is "$(jq -r .state.pid <<< "$d")" "$(document 1 | jq -r .pid)"
}

@test "startContainer hooks are asked about, too" {
	config '.hooks.startContainer = [{"path": "/bin/mkdir", "args": ["mkdir", "/tmp/hook"]}]'
	for nnp in true false; do
		no_new_privs "$nnp"
		args true
		fails 1 'hook #0.*No medium' run_container
		[[ ! -e $ROOTFS/tmp/hook ]]
	done
}

@test "the calls that set up a process may be asked about" {
	notify mkdir mkdirat sendmsg recvmsg sendto prctl capset setgroups setresuid setresgid close_range \
		openat faccessat faccessat2 execve
	for nnp in true false; do
		no_new_privs "$nnp"
		args mkdir /tmp/x
		fails 1 'No medium found' run_container
	done
	sleeper
	fails 1 'No medium found' runtime exec "$ID" mkdir /tmp/x
}

@test "no agent: an error, and nothing is left" {
	config '.linux.seccomp.listenerPath = "/no/such.sock"'
	fails 1 'listenerPath|/no/such.sock' run_container
	is "$(cgroups_left)$(states_left)" ""
}

@test "exec without an agent: an error, and the container lives" {
	sleeper
	rm "$SOCKET"
	fails 255 'agent.sock' runtime exec "$ID" true
	status_is running
}

@test "SCMP_ACT_NOTIFY: not for everything, not for write, not without listenerPath" {
	config '.linux.seccomp.defaultAction = "SCMP_ACT_NOTIFY"'
	fails 1 'SCMP_ACT_NOTIFY' run_container
	notify write
	fails 1 'SCMP_ACT_NOTIFY' run_container
	notify mkdir
	config 'del(.linux.seccomp.listenerPath)'
	fails 1 'listenerPath' run_container
	is "$(cgroups_left)$(states_left)" ""
}
