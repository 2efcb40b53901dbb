/* SPDX-License-Identifier: Apache-2.0 */
/**
 * socketio.h - packets of Engine.IO 4 and Socket.IO 5 (the protocol of socket.io 3 and 4). Pure.
 *
 * Over a WebSocket each text frame is one packet of Engine.IO; its type "4" carries one of
 * Socket.IO:
 *
 *	0{"sid":…}  2  3  4…		open, ping, pong, message
 *	40{…}  41  44{…}		connect, disconnect, connect error
 *	4[2|3][/nsp,][id][data]		event and ack: data is a JSON array
 *	4[5|6]N-[/nsp,][id][data]	the same with N binary frames to follow
 */
#ifndef ORCH_SERVE_SOCKETIO_H
#define ORCH_SERVE_SOCKETIO_H

#include "core/err.h"
#include "core/str.h"

enum socketio_type {
	SOCKETIO_OPEN = 1,
	SOCKETIO_CLOSE,
	SOCKETIO_PING,
	SOCKETIO_PONG,
	SOCKETIO_NOOP,
	SOCKETIO_CONNECT,
	SOCKETIO_DISCONNECT,
	SOCKETIO_EVENT,
	SOCKETIO_ACK,
	SOCKETIO_CONNECT_ERROR,
	SOCKETIO_BINARY_EVENT,
	SOCKETIO_BINARY_ACK,
};

#define SOCKETIO_ATTACHMENTS_MAX 64
#define SOCKETIO_ID_MAX ((UINT64_C(1) << 53) - 1) /* a number of JavaScript */

struct socketio_packet {
	enum socketio_type type;
	unsigned attachments; /* binary frames that follow */
	bool other_namespace; /* it is not for "/" */
	bool has_id;
	uint64_t id;
	const char *data; /* the rest, borrowed: JSON or nothing; not looked at */
	size_t data_len;
};

/**
 * socketio_parse - read one text frame.
 * @text: need not be NUL-terminated; of a frame that is too long to be kept its beginning will do
 *
 * Returns: 0, or -EPROTO.
 */
int socketio_parse(const char *text, size_t len, struct socketio_packet *out, struct err *e);

/* What a server says when it opens. */
struct socketio_open {
	uint64_t ping_interval_ms;
	uint64_t ping_timeout_ms;
	uint64_t payload_max; /* bytes of a frame that it takes; 0: it does not say */
};
/* Reads the data of SOCKETIO_OPEN. Returns 0, or -EPROTO. */
int socketio_parse_open(const char *text, size_t len, struct socketio_open *out, struct err *e);

/* Append a frame: an event with one argument, or the ack of one. @json: one JSON value. */
void socketio_add_event(struct str *out, const char *name, const char *json);
void socketio_add_ack(struct str *out, uint64_t id, const char *json);

#endif
