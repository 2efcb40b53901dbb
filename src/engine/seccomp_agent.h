/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp_agent.h - give a seccomp listener to the agent that the configuration names.
 * Spec: runtime-linux.md, "containerProcessState"; config-linux.md#seccomp, "listenerPath".
 */
#ifndef ENGINE_SECCOMP_AGENT_H
#define ENGINE_SECCOMP_AGENT_H

#include "engine/container.h"

/* A process with a new filter, which has sent SYNC_NOTIFY and waits. */
struct notifying {
	int status; /* of the container: enum oci_status */
	pid_t pid;
	int pidfd;
	int listener;  /* as received, or -1: it could not be sent and is @remote_fd there */
	int remote_fd; /* in the process */
};

/**
 * seccomp_agent_serve - send the agent the container process state with the listener.
 * @sync: the process's socket; SYNC_GO lets it go on
 */
int seccomp_agent_serve(const struct container *c, const struct oci_seccomp *s,
			const struct notifying *n, int sync, struct err *e);

#endif
