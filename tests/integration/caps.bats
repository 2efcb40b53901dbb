#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

caps() { grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' | awk '{ print $1 $2 }' | tr '\n' ' '; }
DEFAULT=0000000020000420	# AUDIT_WRITE, KILL, NET_BIND_SERVICE

@test "the sets of the default config; the inheritable one is empty" {
	args cat /proc/self/status
	ok run_container
	like "$(caps <<< "$output")" "CapInh:0+ CapPrm:$DEFAULT CapEff:$DEFAULT CapBnd:$DEFAULT CapAmb:0+"
}

@test "no capabilities" {
	for e in '.process.capabilities = {}' 'del(.process.capabilities)'; do
		config "$e"
		args cat /proc/self/status
		run_it run_container
		[[ $status -ne 0 ]] || like "$(caps <<< "$output")" \
			'CapInh:0+ CapPrm:0+ CapEff:0+ CapBnd:0+ CapAmb:0+'
	done
}

@test "each set for itself" {
	config '.process.capabilities = {"bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_SETPCAP"],
		"permitted": ["CAP_CHOWN", "CAP_KILL"], "effective": ["CAP_CHOWN"]}'
	args cat /proc/self/status
	ok run_container
	# The program is root's, so execve makes all that is bounding permitted and effective.
	like "$(caps <<< "$output")" 'CapBnd:0000000000000121'
	like "$(caps <<< "$output")" 'CapInh:0+ '
}

@test "a user that is not root has none but the ambient ones" {
	config '.process.user = {"uid": 1000, "gid": 1000}'
	args cat /proc/self/status
	ok run_container
	like "$(caps <<< "$output")" 'CapPrm:0+ CapEff:0+'
	config '.process.capabilities |= map_values(["CAP_KILL"])
		| .process.capabilities.inheritable = ["CAP_KILL"]
		| .process.capabilities.ambient = ["CAP_KILL"]'
	ok run_container
	like "$(caps <<< "$output")" \
		'CapInh:0000000000000020 CapPrm:0000000000000020 CapEff:0000000000000020.*CapAmb:0000000000000020'
}

@test "noNewPrivileges" {
	args grep NoNewPrivs /proc/self/status
	ok run_container
	like "$output" '1$'
	config '.process.noNewPrivileges = false'
	ok run_container
	like "$output" '0$'
}

@test "exec has the container's sets, and no inheritable one" {
	sleeper
	ok runtime exec "$ID" cat /proc/self/status
	like "$(caps <<< "$output")" "CapInh:0+ CapPrm:$DEFAULT CapEff:$DEFAULT CapBnd:$DEFAULT CapAmb:0+"
	ok runtime exec --cap CAP_NET_RAW "$ID" cat /proc/self/status
	like "$(caps <<< "$output")" 'CapInh:0+ '
	like "$(caps <<< "$output")" 'CapBnd:0000000020002420'
}

@test "all capabilities of this kernel" {
	local last names

	last=$(cat /proc/sys/kernel/cap_last_cap)
	names=$(capsh --decode="$(printf '%x' $(((1 << (last + 1)) - 1)))" 2> /dev/null |
		sed 's/.*=//' | jq -Rc 'split(",") | map(ascii_upcase)') || skip 'no capsh'
	[[ -n $names ]] || skip 'no capsh'
	config ".process.capabilities |= {bounding: $names, permitted: $names, effective: $names}"
	args cat /proc/self/status
	run_it run_container
	# What the caller does not have, it cannot give.
	[[ $status -ne 0 ]] || like "$(caps <<< "$output")" "CapBnd:$(awk '/CapBnd/ { print $2 }' \
		/proc/self/status)"
}

@test "names are of any case for runc, unknown ones only warn" {
	config '.process.capabilities |= map_values(. + ["CAP_NOSUCH"])'
	args cat /proc/self/status
	ok run_container
	like "$(caps <<< "$output")" "CapBnd:$DEFAULT"
}
