# SPDX-License-Identifier: Apache-2.0

EXTRA_PROGRAMS = runlet
runlet_SOURCES =
runlet_LDADD = $(RUNTIME_ARCHIVES) $(RUNLET_LIBS)
runlet_LDFLAGS = $(AM_LDFLAGS) $(RUNLET_LINK)
