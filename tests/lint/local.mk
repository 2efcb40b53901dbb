# SPDX-License-Identifier: Apache-2.0

LINTS = \
	tests/lint/docs \
	tests/lint/enumerated \
	tests/lint/forbidden \
	tests/lint/format \
	tests/lint/hardening \
	tests/lint/layers \
	tests/lint/selftest \
	tests/lint/shell \
	tests/lint/spdx \
	tests/lint/spelling
EXTRA_DIST += $(LINTS) tests/lint/forbidden.rules tests/lint/spelling.words
