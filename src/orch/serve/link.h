/* SPDX-License-Identifier: Apache-2.0 */
/**
 * link.h - one connection to the cloud, over libwebsockets; a process of its own ("orchctl link").
 *
 * So name resolution, TLS and what a server sends are apart from the process that serves, and
 * as user and group LINK_USER once the key is read. It ends with the connection; cloud.c starts the
 * next.
 */
#ifndef ORCH_SERVE_LINK_H
#define ORCH_SERVE_LINK_H

#include "core/err.h"

#define LINK_USER 65534 /* nobody, nogroup */

struct link_config {
	const char *url; /* url.h */
	const char *ca;	 /* PEM: who may have signed the server's certificate; NULL: the system's */
	const char *certificate; /* PEM: ours, with those that lead to its issuer */
	const char *key;
};

/**
 * link_check - could a connection be made with this?
 * @agent: the certificate's common name, heap
 *
 * The key must be its owner's alone, and the certificate's.
 *
 * Returns: 0; -EINVAL; -EACCES, others may read the key; or -errno.
 */
int link_check(const struct link_config *c, char **agent, struct err *e);

/**
 * link_run - connect, and pass on until it is over (session.h has the lines).
 * @in, @out: lines in and out; borrowed
 *
 * TLS of at least 1.2; the server's certificate must be for the URL's host.
 *
 * Returns: 0 when @in has ended, else -errno with the reason.
 */
int link_run(const struct link_config *c, int in, int out, struct err *e);

#endif
