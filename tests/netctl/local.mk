# SPDX-License-Identifier: Apache-2.0

NETCTL_TESTS = \
	tests/netctl/apply.bats \
	tests/netctl/attach.bats \
	tests/netctl/cni.bats \
	tests/netctl/cni_beside.bats \
	tests/netctl/concurrency.bats \
	tests/netctl/dhcp.bats \
	tests/netctl/internal.bats \
	tests/netctl/links.bats \
	tests/netctl/monitor.bats \
	tests/netctl/netavark.bats \
	tests/netctl/ovs.bats \
	tests/netctl/portmap.bats \
	tests/netctl/readme.bats \
	tests/netctl/tables.bats \
	tests/netctl/target.bats
EXTRA_DIST += $(NETCTL_TESTS) \
	tests/netctl/.shellcheckrc \
	tests/netctl/cni.bash \
	tests/netctl/helpers.bash \
	tests/netctl/hostile_dhcpd.py \
	tests/netctl/ovs.bash \
	tests/netctl/ovsdb_garbage.py \
	tests/netctl/peer.py

# On the real kernel, as root; NETCTL may name another build.
check-netctl: all
	@$(TESTS_RUN) check-netctl $(NETCTL_TESTS:%=$(top_srcdir)/%)

.PHONY: check-netctl
