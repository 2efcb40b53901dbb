/* SPDX-License-Identifier: Apache-2.0 */
/**
 * trim.h - giving back memory that a process which now only waits does not need.
 */
#ifndef MONITOR_TRIM_H
#define MONITOR_TRIM_H

/* Free heap goes back to the kernel; pages of code and constants are let go: the kernel maps what
 * is still needed again, from its cache of the program's file. */
void memory_trim(void);

#endif
