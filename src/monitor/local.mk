# SPDX-License-Identifier: Apache-2.0

if ORCHCTL
noinst_LIBRARIES += libmonitor.a
libmonitor_a_SOURCES = \
	src/monitor/actions.c \
	src/monitor/backoff.c \
	src/monitor/backoff.h \
	src/monitor/control.c \
	src/monitor/control.h \
	src/monitor/init_process.c \
	src/monitor/init_process.h \
	src/monitor/job.c \
	src/monitor/job.h \
	src/monitor/logfile.c \
	src/monitor/logfile.h \
	src/monitor/machine.c \
	src/monitor/machine.h \
	src/monitor/monitor.c \
	src/monitor/monitor.h \
	src/monitor/pipes.c \
	src/monitor/pipes.h \
	src/monitor/policy.c \
	src/monitor/policy.h \
	src/monitor/runtime.c \
	src/monitor/runtime.h \
	src/monitor/spec.c \
	src/monitor/spec.h \
	src/monitor/supervisor.c \
	src/monitor/supervisor.h \
	src/monitor/supervisor_state.h \
	src/monitor/trim.c \
	src/monitor/trim.h

libexec_PROGRAMS += runlet-monitor
runlet_monitor_SOURCES = src/monitor/main.c
runlet_monitor_LDADD = libmonitor.a libcore.a $(RUNLET_LIBS)
runlet_monitor_LDFLAGS = $(AM_LDFLAGS) $(RUNLET_LINK)
endif
