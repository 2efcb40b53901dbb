# SPDX-License-Identifier: Apache-2.0

libengine_a_SOURCES += \
	src/engine/security/attrs.h \
	src/engine/security/caps.h \
	src/engine/security/creds.h \
	src/engine/security/lsm.h \
	src/engine/security/seccomp.h
