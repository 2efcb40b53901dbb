# SPDX-License-Identifier: Apache-2.0

UNIT_TESTS = \
	tests/unit/test_err \
	tests/unit/test_file \
	tests/unit/test_inroot \
	tests/unit/test_json \
	tests/unit/test_log \
	tests/unit/test_loop \
	tests/unit/test_names \
	tests/unit/test_num \
	tests/unit/test_proc \
	tests/unit/test_proc_run \
	tests/unit/test_procfs \
	tests/unit/test_record \
	tests/unit/test_sock \
	tests/unit/test_str \
	tests/unit/test_strv
EXTRA_DIST += \
	tests/unit/test.h
