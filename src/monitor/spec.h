/* SPDX-License-Identifier: Apache-2.0 */
/**
 * spec.h - the files of a supervised container: what its monitor is to do, and how it stands.
 *
 * Both are in the container's directory: monitor.json is written by who wants the container,
 * status.json by the monitor. Both survive a reboot and are replaced whole.
 */
#ifndef MONITOR_SPEC_H
#define MONITOR_SPEC_H

#include "core/record.h"

#define MONITOR_VERSION 1

/* What a spec's 0 stands for; after monitor_spec_load it is there. */
#define MONITOR_LOG_SIZE_MAX (10 << 20)
#define MONITOR_LOG_FILES 3
#define MONITOR_STOP_TIMEOUT_MS 10000

/* In the run directory: the lock that a monitor holds while it lives, the socket that it listens
 * on. */
#define MONITOR_LOCK "lock"
#define MONITOR_SOCKET "socket"

enum monitor_restart {
	MONITOR_RESTART_NO = 1,
	MONITOR_RESTART_ON_FAILURE,
	MONITOR_RESTART_ALWAYS,
};
extern const struct name monitor_restart_names[]; /* "no", "on-failure", "always" */

enum monitor_wanted { MONITOR_UP = 1, MONITOR_DOWN };
extern const struct name monitor_wanted_names[]; /* "up", "down" */

/* monitor.json */
struct monitor_spec {
	int64_t version;
	char *id;		 /* the container's, for the runtime */
	char *runtime;		 /* the OCI runtime's absolute path */
	char *root;		 /* its --root, made by the monitor when it is missing */
	char *bundle;		 /* absolute */
	char *run;		 /* the monitor's own directory of this boot: socket, lock, pipes */
	char *log;		 /* /var/log/NS/NAME.log; its directory is made */
	int64_t log_size_max;	 /* bytes, after which it is rotated; 0: 10 MiB */
	int64_t log_files;	 /* old ones that are kept; 0: 3 */
	int restart;		 /* enum monitor_restart; 0: no */
	int wanted;		 /* enum monitor_wanted: an explicit stop is kept here */
	char *stop_signal;	 /* NULL: TERM */
	int64_t stop_timeout_ms; /* then KILL; 0: 10 s */
};
extern const struct record monitor_spec_record;

/* @dir: the container's directory. Save is atomic and synced; load gives -ENOENT without one,
 * -EBADMSG of one that is damaged. */
int monitor_spec_save(const char *dir, const struct monitor_spec *spec, struct err *e);
int monitor_spec_load(const char *dir, struct monitor_spec *out, struct err *e);
void monitor_spec_done(struct monitor_spec *spec);
#define automonitorspec _cleanup_(monitor_spec_done) struct monitor_spec

enum monitor_state {
	MONITOR_CREATED = 1, /* never started */
	MONITOR_STARTING,
	MONITOR_RUNNING,
	MONITOR_STOPPING,
	MONITOR_RESTARTING, /* ended; it is started again after a while */
	MONITOR_STOPPED,    /* on request */
	MONITOR_EXITED,	    /* ended, and its policy wants no restart */
	MONITOR_FAILED,	    /* could not be started, or was given up */
	MONITOR_ORPHANED,   /* runs, but its monitor is gone: `orchctl boot` gives it another */
};
extern const struct name monitor_state_names[]; /* "created", "starting", … */

/* status.json */
struct monitor_status {
	int64_t version;
	int state;		  /* enum monitor_state */
	int64_t pid;		  /* of the container's init, 0 when there is none */
	uint64_t start_time;	  /* of that process, as procfs_stat gives it */
	char *boot_id;		  /* the boot in which this was written */
	int64_t started_ms;	  /* since the epoch; of the last start */
	int64_t finished_ms;	  /* of the last end; 0 before */
	struct opt_int exit_code; /* of the last end: 0..255, 128 + signal; not set: unknown */
	int64_t restarts;	  /* by the policy, since the last explicit start */
	char *error;		  /* why it failed; NULL when it did not */
	char **recent;		  /* the monitor's own: when it restarted, in ms since the epoch */
};
extern const struct record monitor_status_record;

/* As the monitor wrote it; monitor_status() says what is true of it. -ENOENT: never started;
 * -EBADMSG: damaged. That nobody waits until it is on the disk makes it possible. */
int monitor_status_load(const char *dir, struct monitor_status *out, struct err *e);
int monitor_status_save(const char *dir, const struct monitor_status *status, bool sync,
			struct err *e);
void monitor_status_done(struct monitor_status *status);
#define automonitorstatus _cleanup_(monitor_status_done) struct monitor_status

#endif
