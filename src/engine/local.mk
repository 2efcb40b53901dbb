# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	src/engine/bundle.c \
	src/engine/bundle.h \
	src/engine/console.c \
	src/engine/console.h \
	src/engine/container.c \
	src/engine/container.h \
	src/engine/create.c \
	src/engine/create.h \
	src/engine/creation.h \
	src/engine/creation_prepare.c \
	src/engine/default_spec.c \
	src/engine/default_spec.h \
	src/engine/events.c \
	src/engine/events.h \
	src/engine/exec.c \
	src/engine/exec.h \
	src/engine/features.c \
	src/engine/features.h \
	src/engine/foreground.c \
	src/engine/foreground.h \
	src/engine/handover.c \
	src/engine/handover.h \
	src/engine/hooks.c \
	src/engine/hooks.h \
	src/engine/loopback.c \
	src/engine/loopback.h \
	src/engine/namespaces.c \
	src/engine/namespaces.h \
	src/engine/netdev.c \
	src/engine/netdev.h \
	src/engine/netdev_replay.c \
	src/engine/netdev_replay.h \
	src/engine/pause.c \
	src/engine/pause.h \
	src/engine/relay.c \
	src/engine/relay.h \
	src/engine/remove.c \
	src/engine/remove.h \
	src/engine/rootless.c \
	src/engine/rootless.h \
	src/engine/runtime.c \
	src/engine/runtime.h \
	src/engine/seccomp_agent.c \
	src/engine/seccomp_agent.h \
	src/engine/selfexe.c \
	src/engine/selfexe.h \
	src/engine/start.c \
	src/engine/start.h \
	src/engine/store.c \
	src/engine/store.h \
	src/engine/update.c \
	src/engine/update.h

include src/engine/cgroup/local.mk
include src/engine/fs/local.mk
include src/engine/init/local.mk
include src/engine/security/local.mk
