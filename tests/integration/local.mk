# SPDX-License-Identifier: Apache-2.0

INTEGRATION_TESTS =
EXTRA_DIST += $(INTEGRATION_TESTS) \
	tests/fixtures
