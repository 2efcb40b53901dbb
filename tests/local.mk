# SPDX-License-Identifier: Apache-2.0
# Every test is named here: one that is not is an error of tests/lint/enumerated.

include tests/unit/local.mk
include tests/fuzz/local.mk
include tests/integration/local.mk
include tests/lint/local.mk

# What a test program gets when it does not say otherwise; libreplay has a main for fuzz targets.
if FUZZING
LDADD = $(RUNTIME_ARCHIVES) $(LIBS_DYNAMIC)
else
noinst_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/replay_main.c
LDADD = $(RUNTIME_ARCHIVES) tests/fuzz/libreplay.a $(LIBS_DYNAMIC)
endif

check_PROGRAMS += $(UNIT_TESTS) $(FUZZ_TARGETS)
EXTRA_DIST += tests/run

# make check: the suites of CHECKS in turn, then one line that sums them up.
CHECKS ?= check-unit check-fuzz-corpus check-lint check-integration
RESULTS = results
TESTS_RUN = TOP_SRCDIR=$(abs_top_srcdir) TOP_BUILDDIR=$(abs_top_builddir) \
	$(SHELL) $(top_srcdir)/tests/run $(TESTS_RUN_FLAGS)

# make distcheck has no privilege, and lints have nothing to add to a tarball.
AM_DISTCHECK_CONFIGURE_FLAGS = CHECKS='check-unit check-fuzz-corpus'

check-local:
	@rm -f $(RESULTS)
	@for suite in $(CHECKS); do \
		$(MAKE) $(AM_MAKEFLAGS) TESTS_RUN_FLAGS="--results $(RESULTS)" $$suite || \
			echo "$$suite failed"; \
	done; \
	$(SHELL) $(top_srcdir)/tests/run --total $(RESULTS) $(CHECKS)

check-unit: $(UNIT_TESTS)
	@$(TESTS_RUN) check-unit $(UNIT_TESTS)

check-fuzz-corpus: $(FUZZ_TARGETS)
	@$(TESTS_RUN) check-fuzz-corpus $(FUZZ_TARGETS)

# RUNTIME may name any other runtime, e.g. make check-integration RUNTIME=/usr/sbin/runc.
RUNTIME = $(abs_top_builddir)/runlet
check-integration: all
	@RUNTIME=$(RUNTIME) $(TESTS_RUN) check-integration \
		$(INTEGRATION_TESTS:%=$(top_srcdir)/%)

check-lint: all
	@$(TESTS_RUN) --exit-status check-lint $(LINTS:%=$(top_srcdir)/%)

# The same suites under AddressSanitizer and UndefinedBehaviorSanitizer, in a build of its own.
SANITIZERS_CHECKS = check-unit check-fuzz-corpus check-integration
build-sanitizers/Makefile: $(top_srcdir)/configure
	$(MKDIR_P) build-sanitizers
	cd build-sanitizers && $(abs_top_srcdir)/configure --enable-sanitizers CC='$(CC)'
check-sanitizers: build-sanitizers/Makefile
	cd build-sanitizers && $(MAKE) $(AM_MAKEFLAGS) CHECKS='$(SANITIZERS_CHECKS)' check

# make fuzz SECONDS=60: every target for that long, from its corpus; needs clang. Finds are left in
# build-fuzz/.
SECONDS = 60
FUZZ_CC = clang
build-fuzz/Makefile: $(top_srcdir)/configure
	$(MKDIR_P) build-fuzz
	cd build-fuzz && $(abs_top_srcdir)/configure --enable-fuzzing CC='$(FUZZ_CC)'
fuzz: build-fuzz/Makefile
	cd build-fuzz && $(MAKE) $(AM_MAKEFLAGS) FUZZ_SECONDS=$(SECONDS) fuzz-here
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
	rm -rf build-sanitizers build-fuzz $(RESULTS)

.PHONY: check-unit check-fuzz-corpus check-lint check-integration check-sanitizers fuzz fuzz-here \
	coverage
