/* SPDX-License-Identifier: Apache-2.0 */
/* What a database server sends, cut into pieces at every zero byte: its messages are found, checked
 * as the result of a transaction, and read as the rows of Open vSwitch. */
#include "net/json_stream.h"
#include "net/ovs_rows.h"
#include "net/ovsdb.h"

#define MESSAGE_MAX (1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void read_config(const struct json_doc *answer)
{
	autoovsconfig c = { 0 };

	ovs_rows_decode(ovsdb_rows(answer, 0), ovsdb_rows(answer, 1), ovsdb_rows(answer, 2),
			ovsdb_rows(answer, 3), &c);
	require(c.n_bridges == ovsdb_rows(answer, 1)->n);
	for (size_t i = 0; i < c.n_bridges; i++) {
		const struct ovs_bridge *b = &c.bridges[i];

		require(b->name && b->datapath_type);
		for (size_t j = 0; j < b->n_ports; j++)
			for (size_t k = 0; k < b->ports[j].trunks.n; k++)
				require(b->ports[j].trunks.v[k] <= OVS_VLAN_MAX);
	}
}

static void read_message(const char *text, size_t len)
{
	autojson *doc = NULL;
	struct err e = { 0 };
	const struct json *result;
	int r;

	if (json_parse(text, len, &doc, NULL) < 0)
		return;
	require(json_root(doc)->type == JSON_OBJECT);
	result = json_get(json_root(doc), "result");
	r = ovsdb_check(result, result ? result->n : 0, &e);
	require(r <= 0 && (r == 0 || e.text[0]));
	if (r < 0)
		return;
	for (size_t i = 0; i < result->n; i++)
		(void)ovsdb_count(doc, i);
	if (result->n == 4)
		read_config(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_stream s = { .max = MESSAGE_MAX };
	size_t piece, len;
	const char *text;
	int r = 0;

	for (size_t at = 0; at <= size && r >= 0; at += piece + 1) {
		piece = strnlen((const char *)data + at, size - at);
		json_stream_feed(&s, data + at, piece);
		while ((r = json_stream_next(&s, &text, &len, NULL)) > 0) {
			require(len >= 2 && len <= MESSAGE_MAX && text[0] == '{');
			read_message(text, len);
		}
	}
	json_stream_done(&s);
	return 0;
}
