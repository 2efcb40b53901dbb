# SPDX-License-Identifier: Apache-2.0

if ORCHCTL
bin_PROGRAMS += orchctl
orchctl_SOURCES = src/orchctl/main.c
orchctl_LDADD = libcommands-orchctl.a $(ORCH_ARCHIVES) $(ORCH_LIBS)
orchctl_LDFLAGS = $(AM_LDFLAGS) -pie

# Without main, for tests.
noinst_LIBRARIES += libcommands-orchctl.a
libcommands_orchctl_a_SOURCES = \
	src/orchctl/answer.c \
	src/orchctl/apply.c \
	src/orchctl/audit.c \
	src/orchctl/boot.c \
	src/orchctl/commands.c \
	src/orchctl/delete.c \
	src/orchctl/dhcp_event.c \
	src/orchctl/globals.c \
	src/orchctl/image.c \
	src/orchctl/inspect.c \
	src/orchctl/list.c \
	src/orchctl/logs.c \
	src/orchctl/operation.c \
	src/orchctl/orchctl.h \
	src/orchctl/run.c \
	src/orchctl/serve.c \
	src/orchctl/serve.h \
	src/orchctl/state.c \
	src/orchctl/state.h

libexec_PROGRAMS += orchctl-serve
orchctl_serve_SOURCES = \
	src/orchctl/serve.h \
	src/orchctl/serve_main.c
orchctl_serve_LDADD = $(ORCH_ARCHIVES) $(ORCH_LIBS)
orchctl_serve_LDFLAGS = $(AM_LDFLAGS) -pie
endif
