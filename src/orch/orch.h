/* SPDX-License-Identifier: Apache-2.0 */
/**
 * orch.h - what every operation of the orchestrator needs to know: where things are, and by which
 * programs containers are reached.
 *
 *   state_dir/runtime_vnics.json            vNICs by container, the cloud agent's shape
 * (registry.h) state_dir/data/clients.json             internal addresses by container, the same
 *   state_dir/containers/NS/NAME/           all of one container that survives a reboot
 * (container.h) state_dir/operations/NS/NAME.json       what is being done to it, or why that
 * failed (operation.h) run_dir/locks/NS/NAME                   its lock (store.h)
 *   run_dir/netns/NS/NAME                   its pinned network namespace
 *   run_dir/runtime/NS/                     the OCI runtime's --root
 *   run_dir/monitor/NS/NAME/                its monitor's own files
 *   log_dir/NS/NAME.log                     its log
 */
#ifndef ORCH_ORCH_H
#define ORCH_ORCH_H

#include "core/err.h"

struct orch {
	char *state_dir; /* absolute, as the others are */
	char *run_dir;
	char *log_dir;
	char *audit_dir;  /* of the audit trail (audit.h) */
	char *runtime;	  /* the OCI runtime's program */
	char *monitor;	  /* runlet-monitor */
	char *program;	  /* orchctl itself: workers are started by it */
	char *ns;	  /* of names in messages */
	char *ovs_db;	  /* the socket of Open vSwitch's database */
	char *image;	  /* what create_new_runtime runs, without its tag */
	char *const *env; /* for programs that are started; borrowed */
	bool debug;	  /* workers log what they do, too */
};

#define ORCH_STATE_DIR "/var/orchestrator"
#define ORCH_RUN_DIR "/run/orchestrator"
#define ORCH_LOG_DIR "/var/log"
#define ORCH_NS "orchestrator"
#define ORCH_NETMAKER_ENV "/etc/runlet/netmaker.env"
#define ORCH_IMAGE "ghcr.io/autonomy-logic/openplc-runtime"

void orch_done(struct orch *o);

/* The beginning of a command line of orchctl's own: its program, and options by which it is told
 * all of this, with @ns for the namespace. A vector of strv.h. */
char **orch_argv(const struct orch *o, const char *ns);

/* Paths of one container; heap strings. @ns and @name have passed container_name_check. */
char *orch_container_dir(const struct orch *o, const char *ns, const char *name);
char *orch_netns_path(const struct orch *o, const char *ns, const char *name);
char *orch_runtime_root(const struct orch *o, const char *ns);
char *orch_monitor_dir(const struct orch *o, const char *ns, const char *name);
char *orch_log_path(const struct orch *o, const char *ns, const char *name);

char *orch_image_dir(const struct orch *o);
char *orch_net_dir(const struct orch *o);
/* The name that libnet knows a container by: its own, or "+NS+NAME" in another namespace than
 * ORCH_NS. */
char *orch_net_name(const char *ns, const char *name);

#endif
