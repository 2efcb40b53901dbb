# SPDX-License-Identifier: Apache-2.0

if ORCHCTL
noinst_LIBRARIES += liborch.a
liborch_a_SOURCES = \
	src/orch/audit.c \
	src/orch/audit.h \
	src/orch/audit_data.c \
	src/orch/audit_event.c \
	src/orch/audit_event.h \
	src/orch/audit_read.c \
	src/orch/audit_trail.c \
	src/orch/audit_trail.h \
	src/orch/bundle.h \
	src/orch/container.c \
	src/orch/container.h \
	src/orch/container_name.c \
	src/orch/container_name.h \
	src/orch/create.h \
	src/orch/datetime.c \
	src/orch/datetime.h \
	src/orch/image.h \
	src/orch/lifecycle.h \
	src/orch/message.c \
	src/orch/message.h \
	src/orch/message_rules.c \
	src/orch/network.h \
	src/orch/operation.c \
	src/orch/operation.h \
	src/orch/orch.c \
	src/orch/orch.h \
	src/orch/registry.c \
	src/orch/registry.h \
	src/orch/rootfs.h \
	src/orch/serial.c \
	src/orch/serial.h \
	src/orch/sha256.c \
	src/orch/sha256.h \
	src/orch/store.c \
	src/orch/store.h \
	src/orch/topic_interfaces.c \
	src/orch/topic_serial.c \
	src/orch/topics.c \
	src/orch/topics.h \
	src/orch/tree.h \
	src/orch/worker.c \
	src/orch/worker.h
endif
