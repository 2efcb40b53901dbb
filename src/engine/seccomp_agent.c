/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/seccomp_agent.h"

#include "core/sock.h"
#include "engine/init/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The container process state: the state document with what the descriptors are. */
static void write_state(struct json_out *o, const struct container *c, const struct oci_seccomp *s,
			int status, pid_t pid)
{
	const struct oci_state state = {
		.oci_version = (char *)OCI_VERSION,
		.id = c->id,
		.status = status,
		.pid = c->has_state ? c->state.pid : pid,
		.bundle = c->has_state ? c->state.bundle : NULL,
		.annotations = c->state.annotations,
	};

	json_out_object(o);
	json_out_name(o, "ociVersion");
	json_out_string(o, OCI_VERSION);
	json_out_name(o, "fds");
	json_out_array(o);
	json_out_string(o, "seccompFd");
	json_out_end(o);
	json_out_name(o, "pid");
	json_out_i64(o, pid);
	json_out_name(o, "metadata");
	json_out_string(o, s->listener_metadata ?: "");
	json_out_name(o, "state");
	record_encode(&oci_state_record, &state, o);
	json_out_end(o);
}

/* The process shares no table of descriptors with us, and may not send one. */
static int fetch(const struct notifying *n, struct err *e)
{
	long fd = n->listener >= 0 ? fcntl(n->listener, F_DUPFD_CLOEXEC, 0) :
				     syscall(SYS_pidfd_getfd, n->pidfd, n->remote_fd, 0);

	return fd < 0 ? err_set(e, errno, "fetch the seccomp listener") : (int)fd;
}

int seccomp_agent_serve(const struct container *c, const struct oci_seccomp *s,
			const struct notifying *n, int sync, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	autofd int sock = -1, listener = -1;
	const char *text;
	size_t len;
	int r;

	if (!s || !s->listener_path)
		return err_msg(e, EINVAL, "linux.seccomp.listenerPath: needed by SCMP_ACT_NOTIFY");
	listener = fetch(n, e);
	if (listener < 0)
		return listener;
	write_state(o, c, s, n->status, n->pid);
	text = json_out_text(o, &len);
	sock = sock_connect(AT_FDCWD, s->listener_path, SOCK_STREAM, e);
	if (sock < 0)
		return err_wrap(e, "linux.seccomp.listenerPath: ");
	r = sock_send(sock, text, len, &listener, 1, e);
	return r < 0 ? r : sync_send(sync, SYNC_GO, -1, e);
}
