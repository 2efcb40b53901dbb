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
	[[ $(runtime features | jq .linux.cgroup.systemd) != true ]] ||
		skip 'runlet-systemd is installed: tests/vm/systemd.bats'
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

# accepted EXPRESSION...: a container with the config so changed runs
accepted()
{
	cp "$BUNDLE/config.json" "$WORK/plain"
	config "$@"
	ok run_container
	cp "$WORK/plain" "$BUNDLE/config.json"
}

@test "features: every mount option is taken" {
	local option mount

	mkdir "$WORK/source"
	args true
	for option in $(runtime features | jq -r '.mountOptions[]'); do
		case $option in
		remount) mount='{destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["remount", "ro"]}' ;;
		tmpcopyup) mount='{destination: "/etc", type: "tmpfs", source: "tmpfs", options: [$o]}' ;;
		idmap | ridmap) mount='{destination: "/x", type: "bind", source: $s, options: ["bind", $o],
			uidMappings: [{containerID: 0, hostID: 1000, size: 10}],
			gidMappings: [{containerID: 0, hostID: 1000, size: 10}]}' ;;
		*) mount='{destination: "/x", type: "bind", source: $s, options: ["rbind", $o]}' ;;
		esac
		accepted ".mounts += [$mount]" --arg o "$option" --arg s "$WORK/source"
	done
	mount_add '{"destination": "/x", "type": "tmpfs", "source": "tmpfs", "options": ["nosuchoption"]}'
	status_is_not_0 run_container
}

@test "features: every namespace can be had" {
	local type

	chown -R 100000:100000 "$ROOTFS"
	for type in $(runtime features | jq -r '.linux.namespaces[]'); do
		case $type in
		user) accepted '.linux.namespaces += [{type: "user"}] |
			.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 2000}] |
			.linux.gidMappings = .linux.uidMappings' ;;
		*) accepted '.linux.namespaces |= (map(select(.type != $t)) + [{type: $t}])' \
			--arg t "$type" ;;
		esac
	done
}

@test "features: every action, operator and architecture of seccomp is taken" {
	local action operator arch

	args true
	for action in $(runtime features | jq -r '.linux.seccomp.actions[]'); do
		# Of use with an agent only, which is another test's.
		[[ $action != SCMP_ACT_NOTIFY ]] || continue
		accepted '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
			syscalls: [{names: ["acct"], action: $a}]}' --arg a "$action"
	done
	for operator in $(runtime features | jq -r '.linux.seccomp.operators[]'); do
		accepted '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
			syscalls: [{names: ["personality"], action: "SCMP_ACT_ERRNO",
				args: [{index: 0, value: 99, valueTwo: 77, op: $o}]}]}' --arg o "$operator"
	done
	for arch in $(runtime features | jq -r '.linux.seccomp.archs[]'); do
		config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: [$a],
			syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]}' --arg a "$arch"
		run_it run_container
		# One of the other byte order cannot be in a filter of this one; but it is known.
		[[ $status -eq 0 ]] || unlike "$stderr" 'unknown value|not supported'
	done
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_NOSUCH"]}'
	fails 1 'SCMP_ARCH_NOSUCH' run_container
}
