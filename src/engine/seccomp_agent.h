/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp_agent.h - give a seccomp listener to the agent that the configuration names.
 * Spec: runtime-linux.md, "containerProcessState"; config-linux.md#seccomp, "listenerPath".
 */
#ifndef ENGINE_SECCOMP_AGENT_H
#define ENGINE_SECCOMP_AGENT_H

#include "engine/container.h"

/* @listener: borrowed. Sends the container process state with the descriptor. */
int seccomp_agent_send(const struct container *c, const struct oci_seccomp *s, int status,
		       pid_t pid, int listener, struct err *e);

#endif
