/* SPDX-License-Identifier: Apache-2.0 */
/**
 * shown.h - the host's interfaces in the form of a document's plugin "net".
 */
#ifndef ORCH_STATE_SHOWN_H
#define ORCH_STATE_SHOWN_H

#include "core/json.h"
#include "orch/orch.h"

/**
 * shown_encode - {"interfaces":[{"name":…,"type":…,"ports":[…],"ipv4":{…}}]}, as they are now.
 *
 * The loopback device, what is not Ethernet, and links to containers' namespaces are not there, but
 * the latter as ports. Open vSwitch is left out when its database does not answer, which the log
 * says when it has a socket.
 */
int shown_encode(const struct orch *o, struct json_out *out, struct err *e);

#endif
