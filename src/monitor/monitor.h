/* SPDX-License-Identifier: Apache-2.0 */
/**
 * monitor.h - starting, asking and ending the monitor of a container, for those who want
 * containers.
 *
 * A monitor (runlet-monitor DIR) is a process per running container, which belongs to nobody: it
 * lives on when its starter ends, and a new version of any program does not disturb it. It creates
 * and starts the container through the runtime's command line, and ends when the container is to be
 * down. While it lives it holds a lock in its run directory and listens on a socket there; so a
 * monitor that was killed is noticed, and another one takes over the container that still runs.
 *
 * What the container needs around it (file tree, network, bundle) has to be there before.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "monitor/spec.h"

/**
 * monitor_start - have the container up, under a monitor.
 * @program: the absolute path of runlet-monitor
 * @dir: the container's directory, with monitor.json
 *
 * Writes that the container is wanted up, starts a monitor, and waits until it says that the
 * container runs or why it does not. A container that runs without a monitor is taken over as it
 * is. A monitor that it has already is asked instead: it starts what it is about to start again at
 * once, or what somebody else has it stop.
 *
 * Returns: 1 started or taken over; 0 it has a monitor, and runs; -errno: it does not run, *e has
 * the runtime's own words, and nothing of the container is left at the runtime.
 */
int monitor_start(const char *program, const char *dir, struct err *e);

/**
 * monitor_stop - have the container down, and keep it so.
 *
 * Writes that it is wanted down first. Signals, waits for the spec's time-out, kills; then what the
 * runtime has of it is deleted. Without a monitor the caller's process does all that. Returns when
 * it is done: 1 it was stopped; 0 it was down; or -errno.
 */
int monitor_stop(const char *dir, struct err *e);

/* monitor_restart - stop and start under the monitor that it has, not counted as a restart by
 * policy. Waits until it runs again. -ESRCH: it has no monitor; monitor_start is what is needed. */
int monitor_restart(const char *dir, struct err *e);

/**
 * monitor_status - how the container stands, compared with what the kernel shows.
 *
 * A status of an earlier boot, or whose processes are gone, is not repeated as true: it is
 * MONITOR_EXITED, without an exit code. Returns: 1 it has a monitor; 0 it has none; -ENOENT it has
 * no monitor.json.
 */
int monitor_status(const char *dir, struct monitor_status *out, struct err *e);

/**
 * monitor_plan - what is to be done about a container at boot, or after a crash of its monitor.
 *
 * Returns: one of these, or -errno.
 */
enum monitor_plan {
	MONITOR_LEAVE, /* it is as it should be */
	MONITOR_ADOPT, /* it runs and has no monitor: monitor_start, and nothing else */
	MONITOR_START, /* it is to run and does not */
	MONITOR_STOP,  /* it is to be down, and a stop was interrupted */
};
int monitor_plan(const char *dir, struct err *e);

/* monitor_remove - stop it, then remove its log files and its run directory. The spec and the
 * status are part of the container's directory, and go with that. */
int monitor_remove(const char *dir, struct err *e);

#endif
