/* SPDX-License-Identifier: Apache-2.0 */
/* A text frame of a server. What is left of a packet lies at the frame's end. */
#include "orch/serve/socketio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	struct socketio_packet packet;
	struct socketio_open open;

	size = strlen(text);
	if (socketio_parse(text, size, &packet, NULL) < 0)
		return 0;
	require(packet.data_len < size);
	require(packet.data_len == 0 || packet.data + packet.data_len == text + size);
	require(packet.attachments <= SOCKETIO_ATTACHMENTS_MAX);
	require(!packet.has_id || packet.id <= SOCKETIO_ID_MAX);
	if (packet.type == SOCKETIO_OPEN)
		(void)socketio_parse_open(packet.data, packet.data_len, &open, NULL);
	return 0;
}
