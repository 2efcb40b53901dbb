# SPDX-License-Identifier: Apache-2.0

# What an attacker runs, and what is attacked in vain nowhere else: neither is hardened. The probe is
# static, because it runs in a root that has nothing else.
ATTACKERS = tests/attacks/naive tests/attacks/probe tests/attacks/swap
check_PROGRAMS += $(ATTACKERS)
tests_attacks_naive_SOURCES = tests/attacks/naive.c
tests_attacks_naive_CFLAGS = -std=gnu11 -O1 $(WARN_CFLAGS) -Wno-nonnull
tests_attacks_naive_LDFLAGS =
tests_attacks_naive_LDADD = $(YAJL_LIBS)
tests_attacks_probe_SOURCES = tests/attacks/probe.c
tests_attacks_probe_CFLAGS = -std=gnu11 -O1 $(WARN_CFLAGS) -Wno-nonnull
tests_attacks_probe_LDFLAGS = -static
tests_attacks_probe_LDADD =

tests_attacks_swap_SOURCES = tests/attacks/swap.c
tests_attacks_swap_CFLAGS = -std=gnu11 -O1 $(WARN_CFLAGS)
tests_attacks_swap_LDFLAGS =
tests_attacks_swap_LDADD =

INTEGRATION_TESTS += tests/attacks/suite
EXTRA_DIST += tests/attacks/cgroups.bash \
	tests/attacks/column \
	tests/attacks/compare \
	tests/attacks/ids.bash \
	tests/attacks/lib.bash \
	tests/attacks/namespaces.bash \
	tests/attacks/paths.bash \
	tests/attacks/processes.bash \
	tests/attacks/procfs.bash \
	tests/attacks/races.bash \
	tests/attacks/state.bash

# Every attack against this runtime, others, and one that has no defence; not part of make check.
ATTACKED = $(RUNTIME) runc crun $(abs_top_builddir)/tests/attacks/naive
check-attacks: all $(ATTACKERS)
	@PROBE=$(abs_top_builddir)/tests/attacks/probe SWAP=$(abs_top_builddir)/tests/attacks/swap \
		$(SHELL) $(top_srcdir)/tests/attacks/compare '$(ATTACKED)'

.PHONY: check-attacks
