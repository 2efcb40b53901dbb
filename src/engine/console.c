/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/console.h"

#include "core/inroot.h"
#include "core/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

int console_check(const struct oci_process *p, bool detached, const char *console_socket,
		  struct err *e)
{
	if (p->terminal && detached && !console_socket)
		return err_msg(e, EINVAL,
			       "cannot allocate tty if runlet will detach without setting "
			       "console socket");
	if (!p->terminal && console_socket)
		return err_msg(e, EINVAL,
			       "cannot use console socket if runlet will not detach or "
			       "allocate tty");
	return 0;
}

static int check_ptmx(int fd, struct err *e)
{
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return err_set(e, errno, "stat /dev/pts/ptmx");
	if (fs.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2))
		return err_msg(e, EINVAL, "/dev/pts/ptmx is not a pty multiplexer");
	return 0;
}

int console_open(int root, int *master, int *slave, struct err *e)
{
	autofd int path = -1, m = -1, s = -1;
	int unlock = 0, r;

	/* Looked at before it is opened: opening a device can have effects. */
	path = inroot_open(root, "dev/pts/ptmx", O_PATH | O_NOFOLLOW | O_CLOEXEC, e);
	if (path < 0)
		return err_wrap(e, "open a terminal: ");
	r = check_ptmx(path, e);
	if (r < 0)
		return r;
	m = inroot_open(root, "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC, e);
	if (m < 0)
		return err_wrap(e, "open a terminal: ");
	r = check_ptmx(m, e);
	if (r < 0)
		return r;
	if (ioctl(m, TIOCSPTLCK, &unlock) < 0)
		return err_set(e, errno, "unlock the terminal");
	s = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (s < 0)
		return err_set(e, errno, "open the terminal's slave");
	*master = TAKE_FD(m);
	*slave = TAKE_FD(s);
	return 0;
}

int console_attach(int slave, const struct oci_process *p, struct err *e)
{
	struct winsize size = { 0 };
	bool known = true;

	if (p->console_size) {
		size.ws_row = (unsigned short)p->console_size->height;
		size.ws_col = (unsigned short)p->console_size->width;
	} else {
		/* The caller's, if he has a terminal: it is to be right from the first moment. */
		known = ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0;
	}
	if (known && ioctl(slave, TIOCSWINSZ, &size) < 0)
		return err_set(e, errno, "process.consoleSize: set the terminal's size");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			return err_set(e, errno, "dup2 the terminal");
	if (ioctl(0, TIOCSCTTY, 0) < 0)
		return err_set(e, errno, "make the terminal the controlling one");
	return 0;
}

int console_send(int sock, int master, struct err *e)
{
	static const char name[] = "/dev/ptmx";

	return sock_send(sock, name, sizeof(name) - 1, &master, 1, e);
}
