# SPDX-License-Identifier: Apache-2.0

libengine_a_SOURCES += \
	src/engine/cgroup/bpf_devices.c \
	src/engine/cgroup/bpf_devices.h \
	src/engine/cgroup/cgroup.c \
	src/engine/cgroup/cgroup.h \
	src/engine/cgroup/devices.c \
	src/engine/cgroup/devices.h \
	src/engine/cgroup/enter.c \
	src/engine/cgroup/layout.c \
	src/engine/cgroup/layout.h \
	src/engine/cgroup/oom.c \
	src/engine/cgroup/oom.h \
	src/engine/cgroup/owner.c \
	src/engine/cgroup/path.c \
	src/engine/cgroup/path.h \
	src/engine/cgroup/place.c \
	src/engine/cgroup/place.h \
	src/engine/cgroup/processes.c \
	src/engine/cgroup/realtime.c \
	src/engine/cgroup/resource_lists.c \
	src/engine/cgroup/resource_plan.h \
	src/engine/cgroup/resource_values.c \
	src/engine/cgroup/resource_values.h \
	src/engine/cgroup/resources.c \
	src/engine/cgroup/resources.h \
	src/engine/cgroup/revert.c \
	src/engine/cgroup/revert.h \
	src/engine/cgroup/rootless.c \
	src/engine/cgroup/scope.c \
	src/engine/cgroup/scope.h \
	src/engine/cgroup/scope_path.c \
	src/engine/cgroup/scope_path.h \
	src/engine/cgroup/scope_properties.c \
	src/engine/cgroup/scope_properties.h \
	src/engine/cgroup/stats.c \
	src/engine/cgroup/stats.h \
	src/engine/cgroup/stats_json.c \
	src/engine/cgroup/stats_parse.c \
	src/engine/cgroup/stats_parse.h \
	src/engine/cgroup/stats_v1.c \
	src/engine/cgroup/stats_v2.c \
	src/engine/cgroup/tree.c \
	src/engine/cgroup/tree.h \
	src/engine/cgroup/v1.c \
	src/engine/cgroup/v2.c
