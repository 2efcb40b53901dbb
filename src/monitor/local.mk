# SPDX-License-Identifier: Apache-2.0

if ORCHCTL
noinst_LIBRARIES += libmonitor.a
libmonitor_a_SOURCES = \
	src/monitor/backoff.c \
	src/monitor/backoff.h \
	src/monitor/monitor.h \
	src/monitor/runtime.h \
	src/monitor/spec.h
endif
