# SPDX-License-Identifier: Apache-2.0

EXTRA_PROGRAMS = runlet
runlet_SOURCES =
runlet_LDADD = $(RUNTIME_ARCHIVES) $(RUNLET_LIBS)
runlet_LDFLAGS = $(AM_LDFLAGS) $(RUNLET_LINK)
runlet_CPPFLAGS = $(AM_CPPFLAGS) -DRUNLET_COMMIT="\"`$(RUNLET_COMMIT)`\""

# What --version calls the commit: the version, where the source is not a git work tree.
RUNLET_COMMIT = test -e $(top_srcdir)/.git && \
	git -C $(top_srcdir) rev-parse --short=12 HEAD 2>/dev/null || echo $(PACKAGE_VERSION)
