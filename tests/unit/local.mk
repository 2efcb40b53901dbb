# SPDX-License-Identifier: Apache-2.0

UNIT_TESTS = \
	tests/unit/test_attrs \
	tests/unit/test_caps \
	tests/unit/test_cgroup_devices \
	tests/unit/test_cgroup_host \
	tests/unit/test_cgroup_layout \
	tests/unit/test_cgroup_oom \
	tests/unit/test_cgroup_path \
	tests/unit/test_cgroup_resources \
	tests/unit/test_cgroup_revert \
	tests/unit/test_cgroup_stats \
	tests/unit/test_command \
	tests/unit/test_creds \
	tests/unit/test_criu_message \
	tests/unit/test_env \
	tests/unit/test_err \
	tests/unit/test_file \
	tests/unit/test_gate \
	tests/unit/test_init_steps \
	tests/unit/test_inroot \
	tests/unit/test_json \
	tests/unit/test_log \
	tests/unit/test_lookup \
	tests/unit/test_loop \
	tests/unit/test_lsm \
	tests/unit/test_mount_options \
	tests/unit/test_mount_plan \
	tests/unit/test_names \
	tests/unit/test_num \
	tests/unit/test_ocispec_config \
	tests/unit/test_ocispec_features \
	tests/unit/test_ocispec_fixtures \
	tests/unit/test_ocispec_linux \
	tests/unit/test_ocispec_process \
	tests/unit/test_ocispec_resources \
	tests/unit/test_ocispec_rules \
	tests/unit/test_ocispec_seccomp \
	tests/unit/test_ocispec_state \
	tests/unit/test_passwd \
	tests/unit/test_proc \
	tests/unit/test_proc_run \
	tests/unit/test_procfs \
	tests/unit/test_rdt \
	tests/unit/test_record \
	tests/unit/test_rootfs_attacks \
	tests/unit/test_rootfs_host \
	tests/unit/test_rootfs_mounts \
	tests/unit/test_rtnetlink \
	tests/unit/test_scope_path \
	tests/unit/test_scope_properties \
	tests/unit/test_seccomp \
	tests/unit/test_seccomp_cache \
	tests/unit/test_sock \
	tests/unit/test_store \
	tests/unit/test_str \
	tests/unit/test_strv \
	tests/unit/test_sync \
	tests/unit/test_sysctl \
	tests/unit/test_variant
EXTRA_DIST += \
	tests/unit/ocispec.h \
	tests/unit/rootfs_box.h \
	tests/unit/test.h

if NETCTL
UNIT_TESTS += \
	tests/unit/test_cni \
	tests/unit/test_desired \
	tests/unit/test_dhcp_config \
	tests/unit/test_ifname \
	tests/unit/test_interfaces \
	tests/unit/test_internal \
	tests/unit/test_ip \
	tests/unit/test_json_stream \
	tests/unit/test_link \
	tests/unit/test_mac \
	tests/unit/test_ovsdb \
	tests/unit/test_plan \
	tests/unit/test_portmap \
	tests/unit/test_resolv \
	tests/unit/test_subscribers \
	tests/unit/test_vnic
endif

if ORCHCTL
UNIT_TESTS += \
	tests/unit/test_audit \
	tests/unit/test_backoff \
	tests/unit/test_base64 \
	tests/unit/test_bundle \
	tests/unit/test_channel \
	tests/unit/test_command_request \
	tests/unit/test_container_name \
	tests/unit/test_datetime \
	tests/unit/test_image_passwd \
	tests/unit/test_image_reference \
	tests/unit/test_jobs \
	tests/unit/test_layer_path \
	tests/unit/test_logfile \
	tests/unit/test_machine \
	tests/unit/test_message \
	tests/unit/test_monitor_spec \
	tests/unit/test_operation \
	tests/unit/test_period \
	tests/unit/test_policy \
	tests/unit/test_resolv_conf \
	tests/unit/test_run_options \
	tests/unit/test_serial \
	tests/unit/test_session \
	tests/unit/test_socketio \
	tests/unit/test_state \
	tests/unit/test_url
endif
