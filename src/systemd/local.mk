# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libsystemd-variant.a
libsystemd_variant_a_SOURCES = \
	src/systemd/variant.c \
	src/systemd/variant.h

if SYSTEMD
libexec_PROGRAMS += runlet-systemd
runlet_systemd_SOURCES = \
	src/systemd/main.c \
	src/systemd/manager.c \
	src/systemd/manager.h \
	src/systemd/properties.c \
	src/systemd/properties.h
runlet_systemd_CPPFLAGS = $(AM_CPPFLAGS) $(SYSTEMD_CFLAGS)
runlet_systemd_LDADD = libsystemd-variant.a libcore.a $(SYSTEMD_LIBS)
endif
