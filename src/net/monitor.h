/* SPDX-License-Identifier: Apache-2.0 */
/**
 * monitor.h - tells of the host's network interfaces, and of what changes: one JSON object a line.
 *
 *   {"type":"network_discovery","data":{"interfaces":[...],"timestamp":T}}
 *   {"type":"network_change","data":{"interface":"eth0","index":2,"operstate":"up",
 *     "type":"ethernet","ipv4_addresses":[{"address","prefixlen","subnet","network_address"}],
 *     "gateway":null,"timestamp":T}}
 *
 * The kernel's messages say that there is something to look at; what is told is what is there when
 * it is looked at, so that no flood of messages, and none that is lost, makes a difference. A
 * change is told when nothing has happened for debounce_ms, at the latest after MONITOR_PATIENCE
 * times that. That an interface which had been told to be up is down or gone is told at once, with
 * "status":"down" or "removed" and no addresses.
 */
#ifndef NET_MONITOR_H
#define NET_MONITOR_H

#include "core/loop.h"

#define MONITOR_DEBOUNCE_MS 3000
#define MONITOR_PATIENCE 3

/* @line: a whole JSON text, without a newline; borrowed. Returns 0, or a negative errno, with which
 * the loop ends. */
typedef int monitor_fn(const char *line, size_t len, void *data);

struct monitor_options {
	int debounce_ms;
	bool all; /* also loopback and the virtual interfaces that no container can have for parent
		   */
};

struct monitor;

/**
 * monitor_new - watch the network namespace of the caller, in his loop.
 * @fn: is told of changes from now on; not of what is there (monitor_discovery)
 */
int monitor_new(struct loop *l, const struct monitor_options *options, monitor_fn *fn, void *data,
		struct monitor **out, struct err *e);
void monitor_free(struct monitor *m);

/* The line "network_discovery": what was there when it was looked at last. Heap. */
char *monitor_discovery(const struct monitor *m);

#endif
