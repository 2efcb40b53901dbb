/* SPDX-License-Identifier: Apache-2.0 */
/**
 * control.h - a monitor's socket: what it is asked, and when that is done.
 *
 * A request is one packet, "start", "stop" or "restart"; the answer one packet, "ok" or the text of
 * an error, when it was done. A monitor that is on its way out answers nothing. Only its own user
 * may ask.
 */
#ifndef MONITOR_CONTROL_H
#define MONITOR_CONTROL_H

#include "core/err.h"
#include "core/loop.h"
#include "core/names.h"

#define CONTROL_CLIENTS_MAX 16

enum control_request { CONTROL_STOP = 1, CONTROL_RESTART, CONTROL_START };
extern const struct name control_request_names[];

/* What it returns is what its loop's callback does. */
typedef int control_asked_fn(void *data, enum control_request request);

struct control {
	struct loop *loop;
	int run; /* the run directory, borrowed */
	int fd;
	struct {
		int fd;	     /* -1: free */
		int request; /* 0: nothing asked yet */
	} clients[CONTROL_CLIENTS_MAX];
	control_asked_fn *asked;
	void *data;
};

/* Replaces the socket of a monitor that was killed. */
int control_open(struct control *c, struct loop *loop, int run, control_asked_fn *asked, void *data,
		 struct err *e);
/* Answers all who asked for this. @why: NULL for "ok" */
void control_answer(struct control *c, enum control_request request, const char *why);
void control_close(struct control *c); /* and removes the socket */

#endif
