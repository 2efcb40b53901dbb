/* SPDX-License-Identifier: Apache-2.0 */
/**
 * serve.h - the options that orchctl serve has in common with the programs that it starts.
 */
#ifndef ORCHCTL_SERVE_H
#define ORCHCTL_SERVE_H

#include "core/command.h"

/* Rows for a type with the members ca, certificate, key and url. */
/* clang-format off */
#define LINK_OPTS_(t)                                                                              \
	O_STRING_("ca", 0, t, ca, "FILE",                                                          \
		  "trust the cloud's certificate when one in FILE has signed it"),                 \
	O_STRING_("certificate", 0, t, certificate, "FILE", "show this certificate to the cloud"), \
	O_STRING_("key", 0, t, key, "FILE", "the certificate's private key"),                      \
	O_STRING_("url", 0, t, url, "URL", "connect to the Socket.IO server there")
/* clang-format on */

#endif
