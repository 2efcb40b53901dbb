# SPDX-License-Identifier: Apache-2.0

FUZZ_TARGETS =
EXTRA_DIST += tests/fuzz/corpus
