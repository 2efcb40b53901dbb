# SPDX-License-Identifier: Apache-2.0

FUZZ_TARGETS = \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_features \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_process \
	tests/fuzz/fuzz_state
EXTRA_DIST += tests/fuzz/corpus
