#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The features document: what it says is true, and what it does not say is refused.

load helpers

test_setup()
{
	needs_runlet "runc 1.1 has no features document of 1.3"
}

features() { runtime features | jq -e "$1" > /dev/null; }

@test "features: JSON with versions, and nothing on stderr" {
	ok runtime features
	is "$stderr" ""
	is "$(jq -r .ociVersionMin <<< "$output")" 1.0.0
	is "$(jq -r .ociVersionMax <<< "$output")" 1.3.0
	is "$(jq -r '.hooks | length' <<< "$output")" 6
}

@test "features: containerd finds rro, user namespaces and id-mapped mounts" {
	features '.mountOptions | index("rro")'
	features '.linux.namespaces | index("user")'
	features '.linux.mountExtensions.idmap.enabled == true'
}

@test "features: every capability is the kernel's, and none is missing" {
	is "$(runtime features | jq '.linux.capabilities | length')" \
		$(($(< /proc/sys/kernel/cap_last_cap) + 1))
}

@test "features: a seccomp flag that is supported works" {
	local flag

	args true
	for flag in $(runtime features | jq -r '.linux.seccomp.supportedFlags[]'); do
		# Only of use with a listener, which is another test's.
		[[ $flag != SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV ]] || continue
		config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", flags: [$f],
			syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]}' --arg f "$flag"
		ok run_container
	done
}

@test "features: what is not supported is refused, not passed over" {
	args true
	features '.linux.cgroup.systemd == false'
	fails 1 'systemd' runtime --systemd-cgroup run --bundle "$BUNDLE" "$ID"
}

@test "completion and help know every command" {
	local c

	for c in $(runtime dump-commands | cut -f1 | sort -u); do
		[[ -n $c && $c != dump-commands && $c != completion ]] || continue
		ok runtime "$c" --help
		like "$output" "runlet $c"
		ok runtime completion bash
		like "$output" "$c"
	done
}
