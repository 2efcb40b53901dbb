#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The first steps of two callers, so that a change which breaks them is noticed at once; make
# check-callers does the rest.
bats_require_minimum_version 1.5.0

# smoke CALLER TITLES: those of its cases whose titles match all pass; TITLES are joined by "|", and each
# that is no pattern was there
smoke()
{
	local program=$BATS_TEST_DIRNAME/../callers/$1.sh title titles

	run env ONLY="^($2)\$" timeout -k 5 60 "$program" "$RUNTIME"
	echo "$output"
	[[ $output != *'skip all: '* ]] || skip "${output#*skip all: }"
	[[ $status -eq 0 && $output != *'not ok '* ]]
	IFS='|' read -ra titles <<< "$2"
	for title in "${titles[@]}"; do
		[[ $title == *'*'* || $output == *"ok $title"$'\t'* ]] ||
			{ echo "not there: $title"; return 1; }
	done
}

@test "containerd: run, exec, kill, delete" {
	smoke containerd 'run prints|run -d|task exec prints|task kill --all|task rm, container rm|nothing is left'
}

@test "podman: run, exec, delete" {
	smoke podman 'run prints|run of a missing program: 127|run -d|exec prints|rm -f|nothing is left'
}

@test "a script of a user" {
	smoke user 'all of them have run|.*|nothing is left'
}
