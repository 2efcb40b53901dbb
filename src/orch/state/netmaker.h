/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netmaker.h - the host's membership in a netmaker network, which its containers share.
 */
#ifndef ORCH_STATE_NETMAKER_H
#define ORCH_STATE_NETMAKER_H

#include "orch/orch.h"

/**
 * netmaker_join - have the host on a netmaker network.
 * @env_file: has a line NETMAKER_TOKEN=…; its owner's alone (mode 0600), who is root or the caller
 *
 * A host with an interface of netmaker's (nm-*, netmaker*, wg*) is on one. Else "netclient join" is
 * called. The token goes to that program and nowhere else: what it says is not kept.
 *
 * Returns: 1 joined; 0 it was; -ENOENT there is neither a network nor a token; -EACCES others may
 * read the token; or -errno.
 */
int netmaker_join(const struct orch *o, const char *env_file, struct err *e);

/* The value of NETMAKER_TOKEN in such a file's text, a heap string; NULL without one, or with one
 * that no token can be. Pure. */
char *netmaker_token(const char *text);

#endif
