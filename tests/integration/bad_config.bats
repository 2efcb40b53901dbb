#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Each section of config.cases is a test: configurations that are refused, each in one line that names
# the member, and odd ones that are not.
load helpers

cases()
{
	export RUNTIME_BIN ROOT BUNDLE WORK CG
	ok python3 "$BATS_TEST_DIRNAME/helpers/cases.py" \
		"$BATS_TEST_DIRNAME/helpers/config.cases" "$1"
}

test_setup()
{
	ln -s loop "$ROOTFS/loop"
	ln -s /../etc "$ROOTFS/out"
}

@test "what is not JSON, or too much of it" { cases json; }
@test "duplicate names" { cases duplicates; }
@test "U+0000" { cases nul; }
@test "ociVersion and root" { cases 'version and root'; }
@test "process" { cases process; }
@test "capabilities and limits" { cases 'capabilities and limits'; }
@test "scheduling" { cases scheduling; }
@test "hostname, domainname, annotations" { cases names; }
@test "mounts" { cases mounts; }
@test "namespaces" { cases namespaces; }
@test "sysctl" { cases sysctl; }
@test "devices and paths" { cases devices; }
@test "cgroups" { cases cgroups; }
@test "cgroups, with v1's ranges" {
	is_v2 && skip 'the scale of v2 is another'
	cases "cgroups v1"
}
@test "seccomp" { cases seccomp; }
@test "hooks" { cases hooks; }
@test "netDevices and intelRdt" { cases 'netDevices and intelRdt'; }
