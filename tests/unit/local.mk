# SPDX-License-Identifier: Apache-2.0

UNIT_TESTS =
EXTRA_DIST += tests/unit/test.h
