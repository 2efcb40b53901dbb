# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/faults/stepper
tests_faults_stepper_LDADD =
FAULTS_TESTS = \
	tests/faults/faults
if NETCTL
FAULTS_TESTS += \
	tests/faults/network
endif
if ORCHCTL
FAULTS_TESTS += \
	tests/faults/orchctl
endif
EXTRA_DIST += \
	tests/faults/attest.py \
	tests/faults/box.py \
	tests/faults/faults \
	tests/faults/netctl_commands.py \
	tests/faults/network \
	tests/faults/operations.py \
	tests/faults/orchctl \
	tests/faults/station.py \
	tests/faults/sweep.py \
	tests/faults/world.py

# Every fifth system call; STEP=1 takes all of them, which is some 100,000 runs and takes hours.
# ONLY is a regular expression for the sweeps' titles. RUNTIME may name another runtime; crun before 1.15
# needs FAULTS_FLAGS=--hide-unified on a hybrid host.
STEP = 5
ONLY =
FAULTS_TABLE = faults.table
check-faults: all tests/faults/stepper
	@rm -f $(FAULTS_TABLE)
	@TEST_TIMEOUT=$${TEST_TIMEOUT:-86400} STEP='$(STEP)' ONLY='$(ONLY)' \
		FAULTS_FLAGS='--runtime $(RUNTIME) --table $(FAULTS_TABLE) $(FAULTS_FLAGS)' \
		$(TESTS_RUN) check-faults $(FAULTS_TESTS:%=$(top_srcdir)/%); \
		status=$$?; \
		if test -f $(FAULTS_TABLE); then cat $(FAULTS_TABLE); fi; \
		exit $$status
CLEANFILES += faults.table
