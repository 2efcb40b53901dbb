/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the kernel enters a statically linked runlet: before the C library.
 *
 * A command that shares namespaces with a container goes on as a copy of this program that nobody
 * can write to (engine/selfexe.h). Whatever happens before is done twice, and the start of the C
 * library is not cheap: it asks the processor for its features, which takes a virtual machine 0.2
 * ms, and relocates the program. So the copy is made here, with nothing but system calls.
 *
 * This is a short cut and no more: whatever fails or looks unusual is left to selfexe_protect(),
 * which in the copy checks what was done here.
 *
 * Nothing here may need a relocation, thread-local storage or a function of the C library.
 */
#include "core/base.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#define PROC_ROOT_INO 1
#define PATH_FLAGS (O_PATH | O_CLOEXEC)
#define ARG(p) ((long)(uintptr_t)(p))

/* Filling a variable may take a function of the C library. */
#define _uninitialized_ __attribute__((uninitialized))

/* What the kernel leaves on the stack goes on to the C library as it came. */
#if defined(__x86_64__)
__asm__(".pushsection .text,\"ax\",@progbits\n"
	".globl runlet_entry\n"
	".type runlet_entry,@function\n"
	"runlet_entry:\n"
	"	endbr64\n"
	"	xorl %ebp, %ebp\n"
	"	movq %rdx, %rbx\n"
	"	movq %rsp, %rdi\n"
	"	movq %rsp, %r12\n"
	"	andq $-16, %rsp\n"
	"	call runlet_before_libc\n"
	"	movq %r12, %rsp\n"
	"	movq %rbx, %rdx\n"
	"	jmp _start\n"
	".size runlet_entry, . - runlet_entry\n"
	".popsection\n");

static inline long sys5(long nr, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e;

	__asm__ volatile("syscall"
			 : "+a"(nr)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return nr;
}
#elif defined(__aarch64__)
__asm__(".pushsection .text,\"ax\",@progbits\n"
	".globl runlet_entry\n"
	".type runlet_entry,%function\n"
	"runlet_entry:\n"
	"	hint #34\n" /* bti c */
	"	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x19, x0\n"
	"	mov x0, sp\n"
	"	bl runlet_before_libc\n"
	"	mov x0, x19\n"
	"	mov x30, #0\n"
	"	b _start\n"
	".size runlet_entry, . - runlet_entry\n"
	".popsection\n");

static inline long sys5(long nr, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = nr, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
			 x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
#else
#error "no entry for this architecture: configure should have left it out"
#endif

/* Any word will do: one that only looks like a command costs a tenth of a millisecond. */
static bool names_a_command(char *const *argv)
{
	static const char words[][8] = { "run", "create", "exec" };

	for (; *argv; argv++)
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			size_t n = 0;

			while (words[i][n] && (*argv)[n] == words[i][n])
				n++;
			if ((*argv)[n] == words[i][n])
				return true;
		}
	return false;
}

/* What is executed by a descriptor, as the copy is, the kernel names after that. */
static bool is_copy(char *const *envp)
{
	static const char prefix[] = "/dev/fd/";
	const char *name = "";
	size_t n = 0;

	while (*envp)
		envp++;
	for (const Elf64_auxv_t *a = (const Elf64_auxv_t *)(envp + 1); a->a_type != AT_NULL; a++)
		if (a->a_type == AT_EXECFN)
			name = (const char *)a->a_un.a_val;
	while (prefix[n] && name[n] == prefix[n])
		n++;
	return prefix[n] == '\0';
}

static void shut(int fd)
{
	if (fd >= 0)
		(void)sys5(SYS_close, fd, 0, 0, 0, 0);
}

static int open_proc(void)
{
	struct statfs fs _uninitialized_;
	struct stat st _uninitialized_;
	int fd;

	fd = (int)sys5(SYS_openat, AT_FDCWD, ARG("/proc"), PATH_FLAGS | O_DIRECTORY, 0, 0);
	if (fd >= 0 && sys5(SYS_fstatfs, fd, ARG(&fs), 0, 0, 0) == 0 &&
	    sys5(SYS_fstat, fd, ARG(&st), 0, 0, 0) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
	    st.st_ino == PROC_ROOT_INO)
		return fd;
	shut(fd);
	return -1;
}

static int open_below(int proc, const char *path, unsigned flags)
{
	const struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	};

	return (int)sys5(SYS_openat2, proc, ARG(path), ARG(&how), sizeof(how), 0);
}

/* As procfs_open_link() does it: nothing that is mounted over any part of the way is crossed. */
static int open_self(void)
{
	int proc = open_proc(), dir = -1, link = -1, exe = -1;

	if (proc >= 0)
		dir = open_below(proc, "self/", PATH_FLAGS | O_DIRECTORY);
	if (dir >= 0)
		link = open_below(proc, "self/exe", PATH_FLAGS | O_NOFOLLOW);
	if (link >= 0)
		exe = (int)sys5(SYS_openat, dir, ARG("exe"), O_RDONLY | O_CLOEXEC, 0, 0);
	shut(link);
	shut(dir);
	shut(proc);
	return exe;
}

/* A read-only mount of the program alone, as readonly_mount() of engine/selfexe makes it. */
static int open_copy(int exe)
{
	const struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	struct statfs fs _uninitialized_;
	int fd;

	if (sys5(SYS_fstatfs, exe, ARG(&fs), 0, 0, 0) < 0 || fs.f_flags & ST_RDONLY)
		return -1;
	fd = (int)sys5(SYS_open_tree, exe, ARG(""),
		       AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0);
	if (fd >= 0 &&
	    sys5(SYS_mount_setattr, fd, ARG(""), AT_EMPTY_PATH, ARG(&attr), sizeof(attr)) == 0)
		return fd;
	shut(fd);
	return -1;
}

void runlet_before_libc(const long *stack);

/* @stack: argc, the arguments, NULL, the environment, NULL, the auxiliary vector. */
__attribute__((used)) void runlet_before_libc(const long *stack)
{
	char *const *argv = (char *const *)(stack + 1), *const *envp = argv + stack[0] + 1;
	int exe, copy;

	if (!names_a_command(argv) || is_copy(envp))
		return;
	exe = open_self();
	copy = exe >= 0 ? open_copy(exe) : -1;
	if (copy >= 0)
		(void)sys5(SYS_execveat, copy, ARG(""), ARG(argv), ARG(envp), AT_EMPTY_PATH);
	shut(copy);
	shut(exe);
}
