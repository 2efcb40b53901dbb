/* SPDX-License-Identifier: Apache-2.0 */
/**
 * runtime.h - an OCI runtime's command line, as far as the orchestrator itself uses it.
 *
 * create and start are the monitor's. RUNTIME --root <run_dir>/runtime/NS COMMAND …
 */
#ifndef ORCH_RUNTIME_H
#define ORCH_RUNTIME_H

#include "orch/container.h"

/* From "RUNTIME state NAME". */
struct runtime_state {
	char *status; /* "created", "running", "stopped", "paused" */
	int64_t pid;  /* 0 when it has none */
};
void runtime_state_done(struct runtime_state *s);

/* Returns 1; 0 when the runtime knows no such container; or -errno. */
int runtime_state(const struct orch *o, const struct container *c, struct runtime_state *out,
		  struct err *e);
int runtime_kill(const struct orch *o, const struct container *c, const char *signal,
		 struct err *e);
/* delete --force; none there is no error. */
int runtime_delete(const struct orch *o, const struct container *c, struct err *e);
/* Any other command of it: "update", with further arguments. */
int runtime_call(const struct orch *o, const struct container *c, const char *command,
		 char *const *options, struct str *output, struct err *e);

#endif
