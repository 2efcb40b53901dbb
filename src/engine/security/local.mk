# SPDX-License-Identifier: Apache-2.0

libengine_a_SOURCES += \
	src/engine/security/apparmor.c \
	src/engine/security/attrs.c \
	src/engine/security/attrs.h \
	src/engine/security/caps.c \
	src/engine/security/caps.h \
	src/engine/security/creds.c \
	src/engine/security/creds.h \
	src/engine/security/keyring.c \
	src/engine/security/lsm.h \
	src/engine/security/passwd.c \
	src/engine/security/sched.c \
	src/engine/security/seccomp.c \
	src/engine/security/seccomp.h \
	src/engine/security/seccomp_cache.c \
	src/engine/security/seccomp_cache.h \
	src/engine/security/seccomp_enosys.c \
	src/engine/security/seccomp_enosys.h \
	src/engine/security/seccomp_install.c \
	src/engine/security/seccomp_rules.c \
	src/engine/security/seccomp_rules.h \
	src/engine/security/sysctl.c

if SELINUX
libengine_a_SOURCES += src/engine/security/selinux.c
else
libengine_a_SOURCES += src/engine/security/selinux_none.c
endif
