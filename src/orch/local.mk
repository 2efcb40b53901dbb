# SPDX-License-Identifier: Apache-2.0

if ORCHCTL
noinst_LIBRARIES += liborch.a
liborch_a_SOURCES = \
	src/orch/container_name.c \
	src/orch/container_name.h
endif
