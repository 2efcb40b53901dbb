/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/seccomp_agent.h"

#include "core/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

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

int seccomp_agent_send(const struct container *c, const struct oci_seccomp *s, int status,
		       pid_t pid, int listener, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	autofd int sock = -1;
	const char *text;
	size_t len;

	if (!s || !s->listener_path)
		return err_msg(e, EINVAL, "linux.seccomp.listenerPath: needed by SCMP_ACT_NOTIFY");
	if (listener < 0)
		return err_msg(e, EPROTO, "init sent no seccomp listener");
	write_state(o, c, s, status, pid);
	text = json_out_text(o, &len);
	sock = sock_connect(AT_FDCWD, s->listener_path, SOCK_STREAM, e);
	if (sock < 0)
		return err_wrap(e, "linux.seccomp.listenerPath: ");
	return sock_send(sock, text, len, &listener, 1, e);
}
