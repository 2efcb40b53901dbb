# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES =

include src/engine/cgroup/local.mk
include src/engine/fs/local.mk
include src/engine/init/local.mk
include src/engine/security/local.mk
