# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bats runs these once, before and after all files that it was given.

setup_suite()
{
	local tool

	if [[ $(id -u) -ne 0 ]]; then
		echo 'the integration tests need root' >&2
		return 1
	fi
	for tool in busybox jq python3 strace script; do
		if ! command -v "$tool" > /dev/null; then
			echo "the integration tests need $tool" >&2
			return 1
		fi
	done
}

# Each test proves that it left nothing; this finds what only shows when all is over.
teardown_suite()
{
	local left

	left=$(find /sys/fs/cgroup -type d -name "rlbats-*-$BATS_ROOT_PID" 2> /dev/null
		grep -F "$BATS_RUN_TMPDIR/" /proc/self/mountinfo)
	if [[ -n $left ]]; then
		printf 'left by the suite:\n%s\n' "$left" >&2
		return 1
	fi
}
