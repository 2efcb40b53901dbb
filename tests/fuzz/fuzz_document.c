/* SPDX-License-Identifier: Apache-2.0 */
/* A state document. What one says that was read is read again as the same. */
#include "orch/state/current.h"
#include "orch/state/diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int decode(const char *text, size_t len, struct document *out)
{
	autojson *doc = NULL;

	return json_parse(text, len, &doc, NULL) < 0 ? -1 :
						       document_decode(json_root(doc), out, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document first = { 0 }, second = { 0 };
	autojsonout *o = NULL;
	const char *text = NULL;
	struct diff d;
	size_t len = 0;

	if (size > 1 << 16 || decode((const char *)data, size, &first) < 0)
		return 0;
	o = json_out_new(NULL);
	current_encode(&first, o);
	text = json_out_text(o, &len);
	if (decode(text, len, &second) < 0)
		abort();
	diff_make(&first, &second, true, &d);
	if (!diff_is_empty(&d))
		abort();
	diff_done(&d);
	document_done(&first);
	document_done(&second);
	return 0;
}
