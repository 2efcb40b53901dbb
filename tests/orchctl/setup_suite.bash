# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# bats runs these once, before and after all files that it was given.

setup_suite()
{
	local tool

	if [[ $(id -u) -ne 0 ]]; then
		echo 'the tests of orchctl need root' >&2
		return 1
	fi
	for tool in ip jq nsenter unshare; do
		if ! command -v "$tool" > /dev/null; then
			echo "the tests of orchctl need $tool" >&2
			return 1
		fi
	done
}
