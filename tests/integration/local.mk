# SPDX-License-Identifier: Apache-2.0

INTEGRATION_TESTS = \
	tests/integration/attributes.bats \
	tests/integration/bad_calls.bats \
	tests/integration/bad_config.bats \
	tests/integration/callers.bats \
	tests/integration/caps.bats \
	tests/integration/cgroups.bats \
	tests/integration/checkpoint.bats \
	tests/integration/concurrency.bats \
	tests/integration/conventions.bats \
	tests/integration/crash.bats \
	tests/integration/criu.bats \
	tests/integration/damage.bats \
	tests/integration/devices.bats \
	tests/integration/errors.bats \
	tests/integration/events.bats \
	tests/integration/exec.bats \
	tests/integration/features.bats \
	tests/integration/handover.bats \
	tests/integration/hooks.bats \
	tests/integration/idmap_mounts.bats \
	tests/integration/intel_rdt.bats \
	tests/integration/kill.bats \
	tests/integration/lifecycle.bats \
	tests/integration/list_state_ps.bats \
	tests/integration/masks.bats \
	tests/integration/mount_attributes.bats \
	tests/integration/mounts.bats \
	tests/integration/namespaces.bats \
	tests/integration/netdev.bats \
	tests/integration/notify.bats \
	tests/integration/process.bats \
	tests/integration/rootless.bats \
	tests/integration/seccomp.bats \
	tests/integration/seccomp_notify.bats \
	tests/integration/security.bats \
	tests/integration/seed.bats \
	tests/integration/state_dir.bats \
	tests/integration/surroundings.bats \
	tests/integration/tty.bats \
	tests/integration/update.bats \
	tests/integration/userns.bats \
	tests/integration/v2.bats \
	tests/integration/zz_leftovers.bats
EXTRA_DIST += $(INTEGRATION_TESTS) \
	tests/integration/.shellcheckrc \
	tests/integration/criu.bash \
	tests/integration/helpers.bash \
	tests/integration/helpers/cases.py \
	tests/integration/helpers/config.cases \
	tests/integration/helpers/config.json \
	tests/integration/helpers/console.py \
	tests/integration/helpers/keyring.py \
	tests/integration/helpers/never_wait.py \
	tests/integration/helpers/pidfd.py \
	tests/integration/helpers/ready.py \
	tests/integration/helpers/seccomp_agent.py \
	tests/integration/helpers/supervisor.py \
	tests/integration/helpers/syscalls.py \
	tests/integration/helpers/with_pid.py \
	tests/integration/setup_suite.bash \
	tests/fixtures
