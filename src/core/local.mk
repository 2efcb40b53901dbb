# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	src/core/base.c \
	src/core/base.h \
	src/core/err.c \
	src/core/err.h \
	src/core/file.c \
	src/core/file.h \
	src/core/inroot.c \
	src/core/inroot.h \
	src/core/inroot_walk.c \
	src/core/inroot_walk.h \
	src/core/json.h \
	src/core/json_read.c \
	src/core/json_write.c \
	src/core/log.c \
	src/core/log.h \
	src/core/loop.c \
	src/core/loop.h \
	src/core/names.c \
	src/core/names.h \
	src/core/num.c \
	src/core/num.h \
	src/core/openat2.c \
	src/core/openat2.h \
	src/core/proc.c \
	src/core/proc.h \
	src/core/proc_run.c \
	src/core/proc_spawn.c \
	src/core/proc_spawn.h \
	src/core/procfs.c \
	src/core/procfs.h \
	src/core/procfs_stat.c \
	src/core/procfs_walk.c \
	src/core/procfs_walk.h \
	src/core/record.c \
	src/core/record.h \
	src/core/record_decode.c \
	src/core/record_encode.c \
	src/core/signals.c \
	src/core/sock.c \
	src/core/sock.h \
	src/core/str.c \
	src/core/str.h \
	src/core/strv.c \
	src/core/strv.h \
	src/core/utf8.c \
	src/core/utf8.h
