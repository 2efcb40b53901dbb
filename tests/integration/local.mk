# SPDX-License-Identifier: Apache-2.0

INTEGRATION_TESTS = \
	tests/integration/caps.bats \
	tests/integration/devices.bats \
	tests/integration/errors.bats \
	tests/integration/exec.bats \
	tests/integration/kill.bats \
	tests/integration/lifecycle.bats \
	tests/integration/list_state_ps.bats \
	tests/integration/masks.bats \
	tests/integration/mounts.bats
EXTRA_DIST += $(INTEGRATION_TESTS) \
	tests/integration/helpers.bash \
	tests/integration/helpers/config.json \
	tests/integration/helpers/never_wait.py \
	tests/integration/setup_suite.bash \
	tests/fixtures
