dnl SPDX-License-Identifier: Apache-2.0
dnl Tests of compilers and linkers. Each compiles and links a program that uses a stack buffer and
dnl the C library, with warnings as errors, so that a flag that is only complained about is not taken.

dnl RUNLET_LINKS(CFLAGS, LDFLAGS, LIBS, PROGRAM, [IF-YES], [IF-NO])
AC_DEFUN([RUNLET_LINKS], [
	runlet_save_CFLAGS=$CFLAGS runlet_save_LDFLAGS=$LDFLAGS runlet_save_LIBS=$LIBS
	CFLAGS="$CFLAGS $CLANG_CFLAGS $1" LDFLAGS="$LDFLAGS $2" LIBS="$3 $LIBS"
	AC_LINK_IFELSE([$4], [runlet_links=yes], [runlet_links=no])
	CFLAGS=$runlet_save_CFLAGS LDFLAGS=$runlet_save_LDFLAGS LIBS=$runlet_save_LIBS
	AS_IF([test "x$runlet_links" = xyes], [$5], [$6])
])

AC_DEFUN([RUNLET_SAMPLE_PROGRAM], [AC_LANG_PROGRAM([[
#include <stdio.h>
#include <string.h>
]], [[
	char buf[64];
	if (!fgets(buf, sizeof(buf), stdin))
		return 1;
	return (int)strlen(buf);
]])])

dnl RUNLET_LIBS_PROGRAM(HAVE-SELINUX): needs every library.
AC_DEFUN([RUNLET_LIBS_PROGRAM], [AC_LANG_SOURCE([[
#include <yajl/yajl_parse.h>
#include <seccomp.h>
#define selinux_$1 1
#ifdef selinux_yes
#include <selinux/selinux.h>
#else
static int is_selinux_enabled(void) { return 0; }
#endif
int main(void)
{
	return !yajl_alloc(0, 0, 0) || !seccomp_init(SCMP_ACT_ALLOW) || is_selinux_enabled();
}
]])])

dnl RUNLET_CFLAGS(VARIABLE, FLAGS): append those of FLAGS that the compiler takes.
AC_DEFUN([RUNLET_CFLAGS], [
	for runlet_flag in m4_normalize([$2]); do
		AC_MSG_CHECKING([whether $CC takes $runlet_flag])
		RUNLET_LINKS([-Werror $runlet_flag], [], [], [RUNLET_SAMPLE_PROGRAM],
			[$1="$$1 $runlet_flag"])
		AC_MSG_RESULT([$runlet_links])
	done
	AC_SUBST([$1])
])

dnl RUNLET_LDFLAGS(VARIABLE, FLAGS): append those of FLAGS that the linker takes.
AC_DEFUN([RUNLET_LDFLAGS], [
	for runlet_flag in m4_normalize([$2]); do
		AC_MSG_CHECKING([whether the linker takes $runlet_flag])
		RUNLET_LINKS([-Werror], [$runlet_flag], [], [RUNLET_SAMPLE_PROGRAM],
			[$1="$$1 $runlet_flag"])
		AC_MSG_RESULT([$runlet_links])
	done
	AC_SUBST([$1])
])

dnl RUNLET_FORTIFY(VARIABLE): the highest _FORTIFY_SOURCE that works without a warning; none
dnl without optimisation.
AC_DEFUN([RUNLET_FORTIFY], [
	AC_MSG_CHECKING([for _FORTIFY_SOURCE])
	runlet_fortify=no
	for runlet_level in 2 3; do
		RUNLET_LINKS([-Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$runlet_level], [], [],
			[AC_LANG_SOURCE([[
#ifndef __OPTIMIZE__
#error not optimising
#endif
#include <stdio.h>
int main(void) { return puts("") == EOF; }
]])], [runlet_fortify=$runlet_level])
	done
	AC_MSG_RESULT([$runlet_fortify])
	AS_IF([test "x$runlet_fortify" != xno],
		[$1="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$runlet_fortify"])
	AC_SUBST([$1])
])

dnl automake gives compile flags to the linker too, of which clang then complains.
AC_DEFUN([RUNLET_PROG_NO_UNUSED_ARGUMENT_WARNING], [
	RUNLET_CFLAGS([CLANG_CFLAGS], [-Qunused-arguments])
])
