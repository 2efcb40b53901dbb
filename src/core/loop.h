/* SPDX-License-Identifier: Apache-2.0 */
/**
 * loop.h - an event loop over epoll: descriptors, signals and timers, one callback each.
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include "core/err.h"
#include <signal.h>

struct loop;

/* Called with the ready events (EPOLLIN, …). Returns 0 to go on, a negative errno to end the loop
 * with it, or a positive value to end loop_run with that value. */
typedef int loop_fn(struct loop *l, int fd, uint32_t events, void *data);

struct loop *loop_new(struct err *e);
void loop_free(struct loop *l);
/* The fd is borrowed: remove it before it is closed. Adding it again changes its events. */
int loop_add(struct loop *l, int fd, uint32_t events, loop_fn *fn, void *data, struct err *e);
int loop_modify(struct loop *l, int fd, uint32_t events, struct err *e);
void loop_remove(struct loop *l, int fd);
/* A one-shot timer on CLOCK_MONOTONIC. Returns an id > 0; the callback's fd is that id. */
int loop_timer(struct loop *l, int64_t after_ms, loop_fn *fn, void *data);
void loop_timer_cancel(struct loop *l, int id);
/* Runs until a callback ends it. Returns its value; e is filled only by failures of the loop's own,
 * of which -EDEADLK says that neither a descriptor nor a timer is left. */
int loop_run(struct loop *l, struct err *e);

#endif
