# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libocispec.a
libocispec_a_SOURCES =
