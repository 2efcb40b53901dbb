/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cni.h - netctl as somebody's plugin.
 */
#ifndef NETCTL_CNI_H
#define NETCTL_CNI_H

#include <stdbool.h>

/* Is this a call as a CNI plugin: CNI_COMMAND is set, and there are no arguments? */
bool cni_is_called(int argc);

/* Answers it on standard output. Returns the exit status. */
int cni_main(char **argv);

#endif
