/* SPDX-License-Identifier: Apache-2.0 */
/**
 * jsonrpc.h - a client of a JSON-RPC 1.0 server on a Unix socket, as OVSDB speaks it.
 *
 * One call at a time. While it waits for its answer, the server's "echo" is answered, and its
 * notifications and answers to calls that were given up are passed over. Spec: RFC 7047, 4.
 */
#ifndef NET_JSONRPC_H
#define NET_JSONRPC_H

#include "core/json.h"

/* Longer messages of a server are refused. */
#define JSONRPC_MESSAGE_MAX JSON_SIZE_MAX

struct jsonrpc;

/**
 * jsonrpc_open - connect to a server.
 * @timeout_ms: for connecting; 0: as long as it takes
 *
 * Returns: 0; -ENOENT or -ECONNREFUSED, nobody is there; -ETIMEDOUT.
 */
int jsonrpc_open(const char *path, int timeout_ms, struct jsonrpc **out, struct err *e);
void jsonrpc_close(struct jsonrpc *c);
void jsonrpc_close_p(struct jsonrpc **c);

/**
 * jsonrpc_call - send a request and wait for its answer.
 * @params: a JSON array, as text
 * @timeout_ms: for sending and the answer; 0: as long as it takes
 * @out: the whole answer, whose "error" is null and whose "result" is there
 *
 * Returns: 0; -EPROTO, the server refused, in its words; -ETIMEDOUT; -ECONNRESET, the server went
 * away (what it had been asked for may be done or not); -EBADMSG, -EFBIG, it sends what is not
 * JSON-RPC. After an error other than -EPROTO and -ETIMEDOUT the connection is of no use.
 */
int jsonrpc_call(struct jsonrpc *c, const char *method, const char *params, int timeout_ms,
		 struct json_doc **out, struct err *e);

#endif
