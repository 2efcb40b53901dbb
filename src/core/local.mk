# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	src/core/base.c \
	src/core/base.h \
	src/core/command.h \
	src/core/err.c \
	src/core/err.h \
	src/core/file.h \
	src/core/inroot.h \
	src/core/json.h \
	src/core/log.h \
	src/core/loop.h \
	src/core/names.c \
	src/core/names.h \
	src/core/num.c \
	src/core/num.h \
	src/core/proc.h \
	src/core/procfs.h \
	src/core/record.h \
	src/core/sock.h \
	src/core/str.c \
	src/core/str.h \
	src/core/strv.c \
	src/core/strv.h \
	src/core/utf8.c \
	src/core/utf8.h
