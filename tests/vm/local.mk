# SPDX-License-Identifier: Apache-2.0
# Guests with kernels of their own; not part of make check.

VM_TESTS = \
	tests/vm/apparmor.bats \
	tests/vm/cgroup2.bats \
	tests/vm/criu.bats \
	tests/vm/criu_callers.bats \
	tests/vm/delegation.bats \
	tests/vm/links.bats \
	tests/vm/ovs.bats \
	tests/vm/selinux.bats \
	tests/vm/smoke.bats \
	tests/vm/systemd.bats
EXTRA_DIST += $(VM_TESTS) \
	tests/vm/agent.c \
	tests/vm/guest/init \
	tests/vm/guest/initrd \
	tests/vm/guest/vm-command.service \
	tests/vm/image \
	tests/vm/matrix \
	tests/vm/root.sh \
	tests/vm/run \
	tests/vm/smoke

# make vmcheck: the suites that need a host of their own, and the integration tests, in one guest.
# VM_FLAGS are options of tests/vm/run; VM_SUITE may name files instead.
VM_FLAGS =
VM_SUITE = $(VM_TESTS) $(INTEGRATION_TESTS)
vmcheck: all $(ATTACKERS)
	$(top_srcdir)/tests/vm/run $(VM_FLAGS) env TEST_TIMEOUT=1800 SLOW=20 \
		RUNTIME=$(RUNTIME) TOP_SRCDIR=$(abs_top_srcdir) \
		TOP_BUILDDIR=$(abs_top_builddir) bash tests/run vmcheck $(VM_SUITE)

# make vmmatrix: the same on every kernel, cgroup layout and init, and one table; KERNELS, LAYOUTS and
# INITS may name fewer. Takes hours without KVM.
vmmatrix: all $(ATTACKERS)
	@VM_SUITE='$(VM_SUITE)' $(top_srcdir)/tests/vm/matrix

vmsmoke: all
	@$(TESTS_RUN) --exit-status vmsmoke $(top_srcdir)/tests/vm/smoke

.PHONY: vmcheck vmmatrix vmsmoke
