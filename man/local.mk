# SPDX-License-Identifier: Apache-2.0

dist_man8_MANS += \
	man/netctl-addr.8 \
	man/netctl-apply.8 \
	man/netctl-attach.8 \
	man/netctl-bridge.8 \
	man/netctl-detach.8 \
	man/netctl-dhcp.8 \
	man/netctl-diff.8 \
	man/netctl-dummy.8 \
	man/netctl-internal.8 \
	man/netctl-ipvlan.8 \
	man/netctl-link.8 \
	man/netctl-macvlan.8 \
	man/netctl-monitor.8 \
	man/netctl-neigh.8 \
	man/netctl-ovs.8 \
	man/netctl-portmap.8 \
	man/netctl-route.8 \
	man/netctl-show.8 \
	man/netctl-veth.8 \
	man/netctl-vlan.8 \
	man/netctl.8 \
	man/orchctl-apply.8 \
	man/orchctl-audit.8 \
	man/orchctl-image.8 \
	man/orchctl-serve.8 \
	man/orchctl.8 \
	man/runlet-checkpoint.8 \
	man/runlet-create.8 \
	man/runlet-delete.8 \
	man/runlet-events.8 \
	man/runlet-exec.8 \
	man/runlet-features.8 \
	man/runlet-kill.8 \
	man/runlet-list.8 \
	man/runlet-monitor.8 \
	man/runlet-pause.8 \
	man/runlet-ps.8 \
	man/runlet-restore.8 \
	man/runlet-resume.8 \
	man/runlet-run.8 \
	man/runlet-spec.8 \
	man/runlet-start.8 \
	man/runlet-state.8 \
	man/runlet-update.8 \
	man/runlet.8
