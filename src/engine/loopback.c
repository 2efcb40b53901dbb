/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/loopback.h"

#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int loopback_up(struct err *e)
{
	/* IFF_RUNNING and the addresses follow by themselves: nothing to read first, a new
	 * namespace's loopback has no other flags that could be lost. */
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_set(e, errno, "socket");
	if (ioctl(fd, SIOCSIFFLAGS, &req) < 0)
		return err_set(e, errno, "bring up the loopback interface");
	return 0;
}
