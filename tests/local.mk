# SPDX-License-Identifier: Apache-2.0
# Every test is named here: one that is not is an error of tests/lint/enumerated.

include tests/unit/local.mk
include tests/fuzz/local.mk
include tests/integration/local.mk
include tests/netctl/local.mk
include tests/lint/local.mk
include tests/callers/local.mk
include tests/attacks/local.mk
include tests/faults/local.mk
include tests/orchctl/local.mk
include tests/vm/local.mk

TEST_LIBS = $(ORCH_LIBS) $(NET_LIBS) $(LIBS_DYNAMIC)
# What a test program gets when it does not say otherwise; libreplay has a main for fuzz targets.
if FUZZING
LDADD = libsystemd-variant.a $(ORCH_ARCHIVES) $(NET_ARCHIVES) $(RUNTIME_ARCHIVES) $(TEST_LIBS)
else
noinst_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/replay_main.c
LDADD = libsystemd-variant.a $(ORCH_ARCHIVES) $(NET_ARCHIVES) $(RUNTIME_ARCHIVES) \
	tests/fuzz/libreplay.a $(TEST_LIBS)
endif

check_PROGRAMS += $(UNIT_TESTS) $(FUZZ_TARGETS)
EXTRA_DIST += tests/fixtures tests/roundtrip.h tests/run

# make check: the suites of CHECKS, which configure sets, in turn; then one line that sums them up.
RESULTS = results
TESTS_RUN = TOP_SRCDIR=$(abs_top_srcdir) TOP_BUILDDIR=$(abs_top_builddir) \
	$(SHELL) $(top_srcdir)/tests/run $(TESTS_RUN_FLAGS)

# make distcheck has no privilege, and lints have nothing to add to a tarball.
AM_DISTCHECK_CONFIGURE_FLAGS = CHECKS='check-unit check-fuzz-corpus'

# Those of BESIDE run beside the others, in namespaces of their own: each waits for the kernel half of its
# time. Their output comes when they are done.
BESIDE = check-netctl check-orchctl
RUN_SUITES = for suite in $(1); do \
		$(MAKE) $(AM_MAKEFLAGS) TESTS_RUN_FLAGS="--results $(RESULTS)" $$suite || \
			echo "$$suite failed"; \
	done
check-local: all
	@rm -f $(RESULTS)
	@{ $(call RUN_SUITES,$(filter $(BESIDE),$(CHECKS))); } > $(RESULTS).beside 2>&1 & \
	$(call RUN_SUITES,$(filter-out $(BESIDE),$(CHECKS))); \
	wait; cat $(RESULTS).beside; rm -f $(RESULTS).beside; \
	$(SHELL) $(top_srcdir)/tests/run --total $(RESULTS) $(CHECKS)

check-programs: $(check_PROGRAMS)

check-unit: $(UNIT_TESTS)
	@$(TESTS_RUN) check-unit $(UNIT_TESTS)

check-fuzz-corpus: $(FUZZ_TARGETS)
	@$(TESTS_RUN) check-fuzz-corpus $(FUZZ_TARGETS)

# RUNTIME may name any other runtime, e.g. make check-integration RUNTIME=/usr/sbin/runc.
RUNTIME = $(abs_top_builddir)/runlet
check-integration: all $(ATTACKERS)
	@RUNTIME=$(RUNTIME) $(TESTS_RUN) check-integration \
		$(INTEGRATION_TESTS:%=$(top_srcdir)/%)

# The programs that call a runtime, with this one and beside it with others; not part of make check.
COMPARE = runc crun
check-callers: all
	@$(SHELL) $(top_srcdir)/tests/callers/compare '$(RUNTIME) $(COMPARE)' \
		$(CALLERS:%=$(top_srcdir)/%)

check-lint: all
	@$(TESTS_RUN) --exit-status check-lint $(LINTS:%=$(top_srcdir)/%)

# The builds below take a copy of the source, since automake does not build in a second directory once
# the source directory is configured. The copy keeps the times of its files, so that only what changed
# is compiled again.
SOURCE_COPY = build-source
source-copy:
	@$(MAKE) $(AM_MAKEFLAGS) distdir distdir=$(SOURCE_COPY) \
		am__skip_mode_fix=yes > /dev/null
CONFIGURE_COPY = test -f Makefile || ../$(SOURCE_COPY)/configure --quiet

# The same suites under AddressSanitizer and UndefinedBehaviorSanitizer; SANITIZERS_CONFIGURE are more
# options of configure.
SANITIZERS_CHECKS = check-unit check-fuzz-corpus check-integration
SANITIZERS_CONFIGURE =
check-sanitizers: source-copy
	@$(MKDIR_P) build-sanitizers
	@cd build-sanitizers && { $(CONFIGURE_COPY) --enable-sanitizers $(SANITIZERS_CONFIGURE) \
			CC='$(CC)'; } && \
		$(MAKE) $(AM_MAKEFLAGS) CHECKS='$(SANITIZERS_CHECKS)' check

# Every compiler builds everything without a warning.
COMPILERS = gcc clang
check-compilers: source-copy
	@for cc in $(COMPILERS); do \
		echo "== $$cc" && $(MKDIR_P) build-$$cc && \
		( cd build-$$cc && { $(CONFIGURE_COPY) --enable-werror CC=$$cc; } && \
			$(MAKE) $(AM_MAKEFLAGS) all check-programs ) || exit 1; \
	done

# make fuzz SECONDS=60: every target for that long, from its corpus; needs clang. What it finds stays
# in build-fuzz/found/.
SECONDS = 60
FUZZ_CC = clang
fuzz: source-copy
	@$(MKDIR_P) build-fuzz
	@cd build-fuzz && { $(CONFIGURE_COPY) --enable-fuzzing CC='$(FUZZ_CC)'; } && \
		$(MAKE) $(AM_MAKEFLAGS) FUZZ_SECONDS=$(SECONDS) fuzz-here
fuzz-here: $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do \
		name=$${target##*/fuzz_}; \
		$(MKDIR_P) found/$$name && echo "== $$name" && \
		./$$target -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=10 \
			-rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix=found/crash-$$name- \
			found/$$name $(top_srcdir)/tests/fuzz/corpus/$$name || exit 1; \
	done

coverage:
if COVERAGE
	$(MAKE) $(AM_MAKEFLAGS) check
	gcovr --root $(top_srcdir) --filter '(.*/)?(src|libocispec)/' --print-summary
else
	@echo 'coverage needs ./configure --enable-coverage' >&2; exit 1
endif

clean-local:
	rm -rf $(SOURCE_COPY) build-sanitizers build-fuzz $(COMPILERS:%=build-%) $(RESULTS)

.PHONY: check-programs check-unit check-fuzz-corpus check-lint check-integration check-faults check-callers \
	source-copy check-sanitizers check-compilers fuzz fuzz-here coverage
