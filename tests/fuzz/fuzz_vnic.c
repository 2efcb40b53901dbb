/* SPDX-License-Identifier: Apache-2.0 */
/* A list of vNICs from a message. What is accepted is written in a form that is read as the same.
 */
#include "net/vnic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(vnics_done) struct vnics l = { 0 }, again = { 0 };
	autojsonout *o = json_out_new(NULL);
	struct err e = { 0 };
	const char *text;
	size_t len = 0;

	if (size > 1 << 16)
		return 0;
	if (vnics_parse((const char *)data, size, &l, &e) < 0) {
		require(e.num > 0 && e.text[0] && !l.v);
		return 0;
	}
	require(l.n > 0 && l.n <= VNICS_MAX);
	vnics_encode(&l, o);
	text = json_out_text(o, &len);
	require(vnics_parse(text, len, &again, NULL) == 0 && again.n == l.n);
	for (size_t i = 0; i < l.n; i++)
		require(record_equal(&vnic_record, &l.v[i], &again.v[i]));
	return 0;
}
