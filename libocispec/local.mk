# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libocispec.a
libocispec_a_SOURCES = \
	libocispec/capabilities.c \
	libocispec/capabilities.h \
	libocispec/config.c \
	libocispec/config.h \
	libocispec/features.c \
	libocispec/features.h \
	libocispec/image.c \
	libocispec/image.h \
	libocispec/linux.c \
	libocispec/process.c \
	libocispec/records.h \
	libocispec/resources.c \
	libocispec/rules.c \
	libocispec/rules.h \
	libocispec/rules_linux.c \
	libocispec/rules_namespaces.c \
	libocispec/rules_process.c \
	libocispec/rules_resources.c \
	libocispec/rules_seccomp.c \
	libocispec/seccomp.c \
	libocispec/sets.c \
	libocispec/sets.h \
	libocispec/state.c \
	libocispec/state.h
