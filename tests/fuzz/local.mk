# SPDX-License-Identifier: Apache-2.0

FUZZ_TARGETS = \
	tests/fuzz/fuzz_json
EXTRA_DIST += tests/fuzz/corpus
