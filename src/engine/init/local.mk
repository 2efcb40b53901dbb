# SPDX-License-Identifier: Apache-2.0

libengine_a_SOURCES += \
	src/engine/init/clone.c \
	src/engine/init/clone.h \
	src/engine/init/env.c \
	src/engine/init/env.h \
	src/engine/init/gate.c \
	src/engine/init/gate.h \
	src/engine/init/idmap.c \
	src/engine/init/idmap.h \
	src/engine/init/init.c \
	src/engine/init/init.h \
	src/engine/init/launch.c \
	src/engine/init/lookup.c \
	src/engine/init/lookup.h \
	src/engine/init/process.c \
	src/engine/init/process.h \
	src/engine/init/stage.c \
	src/engine/init/stage.h \
	src/engine/init/sync.c \
	src/engine/init/sync.h
