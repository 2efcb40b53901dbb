# SPDX-License-Identifier: Apache-2.0

bin_PROGRAMS += runlet
runlet_SOURCES = src/runlet/main.c
runlet_LDADD = libcommands-runlet.a $(RUNTIME_ARCHIVES) $(RUNLET_LIBS)
runlet_LDFLAGS = $(AM_LDFLAGS) $(RUNLET_LINK) $(RUNLET_ENTRY)
runlet_CPPFLAGS = $(AM_CPPFLAGS) -DRUNLET_COMMIT="\"`$(RUNLET_COMMIT)`\""

# Without main, for tests.
noinst_LIBRARIES += libcommands-runlet.a
libcommands_runlet_a_SOURCES = \
	src/runlet/checkpoint.c \
	src/runlet/commands.c \
	src/runlet/create.c \
	src/runlet/create_args.h \
	src/runlet/criu_args.h \
	src/runlet/delete.c \
	src/runlet/events.c \
	src/runlet/exec.c \
	src/runlet/features.c \
	src/runlet/globals.c \
	src/runlet/kill.c \
	src/runlet/list.c \
	src/runlet/match.c \
	src/runlet/match.h \
	src/runlet/pause.c \
	src/runlet/ps.c \
	src/runlet/restore.c \
	src/runlet/run.c \
	src/runlet/runlet.h \
	src/runlet/spec.c \
	src/runlet/start.c \
	src/runlet/state.c \
	src/runlet/stay.c \
	src/runlet/stay.h \
	src/runlet/update.c \
	src/runlet/view.c \
	src/runlet/view.h

# What --version calls the commit: the version, where the source is not a git work tree.
RUNLET_COMMIT = test -e $(top_srcdir)/.git && \
	git -C $(top_srcdir) rev-parse --short=12 HEAD 2>/dev/null || echo $(PACKAGE_VERSION)

# It runs before the C library, so without what that sets up: the stack protector's guard, functions
# for what the compiler expects of any C library.
EXTRA_DIST += src/runlet/entry.c
if ENTRY
noinst_LIBRARIES += libentry.a
libentry_a_SOURCES = src/runlet/entry.c
libentry_a_CFLAGS = $(AM_CFLAGS) -ffreestanding -fno-stack-protector
runlet_LDADD += libentry.a
endif
