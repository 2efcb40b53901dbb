# SPDX-License-Identifier: Apache-2.0

libengine_a_SOURCES += \
	src/engine/fs/bind.c \
	src/engine/fs/cgroup_view.c \
	src/engine/fs/copyup.c \
	src/engine/fs/dev_links.c \
	src/engine/fs/devices.c \
	src/engine/fs/filesystem.c \
	src/engine/fs/host.c \
	src/engine/fs/host.h \
	src/engine/fs/idmap.c \
	src/engine/fs/mask.c \
	src/engine/fs/mount.c \
	src/engine/fs/mount.h \
	src/engine/fs/mount_old.c \
	src/engine/fs/mount_old.h \
	src/engine/fs/mountinfo.c \
	src/engine/fs/mountinfo.h \
	src/engine/fs/options.c \
	src/engine/fs/options.h \
	src/engine/fs/pivot.c \
	src/engine/fs/plan.c \
	src/engine/fs/plan.h \
	src/engine/fs/rootfs.c \
	src/engine/fs/rootfs.h \
	src/engine/fs/steps.h \
	src/engine/fs/target.c \
	src/engine/fs/target.h \
	src/engine/fs/verify.c
