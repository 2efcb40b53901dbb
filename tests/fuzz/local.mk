# SPDX-License-Identifier: Apache-2.0

FUZZ_TARGETS = \
	tests/fuzz/fuzz_argv_runlet \
	tests/fuzz/fuzz_cgroup \
	tests/fuzz/fuzz_cgroup_stats \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_criu_response \
	tests/fuzz/fuzz_features \
	tests/fuzz/fuzz_idmap \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_mount_options \
	tests/fuzz/fuzz_mountinfo \
	tests/fuzz/fuzz_passwd \
	tests/fuzz/fuzz_process \
	tests/fuzz/fuzz_procstat \
	tests/fuzz/fuzz_rdt \
	tests/fuzz/fuzz_rtnetlink \
	tests/fuzz/fuzz_seccomp \
	tests/fuzz/fuzz_state \
	tests/fuzz/fuzz_sync \
	tests/fuzz/fuzz_variant \
	tests/fuzz/fuzz_words
EXTRA_DIST += tests/fuzz/argv.h tests/fuzz/corpus

if NETCTL
FUZZ_TARGETS += \
	tests/fuzz/fuzz_argv_netctl \
	tests/fuzz/fuzz_ovsdb
endif

if ORCHCTL
FUZZ_TARGETS += \
	tests/fuzz/fuzz_argv_orchctl \
	tests/fuzz/fuzz_audit \
	tests/fuzz/fuzz_command \
	tests/fuzz/fuzz_document \
	tests/fuzz/fuzz_image \
	tests/fuzz/fuzz_layer \
	tests/fuzz/fuzz_session \
	tests/fuzz/fuzz_socketio
endif

if NETCTL
FUZZ_TARGETS += \
	tests/fuzz/fuzz_cni \
	tests/fuzz/fuzz_desired \
	tests/fuzz/fuzz_dhcp \
	tests/fuzz/fuzz_netlink \
	tests/fuzz/fuzz_netavark \
	tests/fuzz/fuzz_nft \
	tests/fuzz/fuzz_vnic
endif

tests_fuzz_fuzz_argv_runlet_LDADD = libcommands-runlet.a $(LDADD)
tests_fuzz_fuzz_argv_netctl_LDADD = libcommands-netctl.a $(LDADD)
tests_fuzz_fuzz_argv_orchctl_LDADD = libcommands-orchctl.a $(LDADD)
