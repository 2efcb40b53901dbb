/* SPDX-License-Identifier: Apache-2.0 */
/* A network configuration and a result, as callers and other plugins write them. A result that was
 * read is written so that it reads back. */
#include "net/cni/range.h"
#include "net/cni/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_conf(const char *text, size_t size)
{
	struct range_sets sets = { 0 };
	struct cni_conf c = { 0 };

	if (cni_conf_parse(text, size, &c, NULL) < 0)
		return;
	require(c.name && c.type && *cni_conf_type(&c) != '/');
	if (c.ipam && range_sets_read(&c, &sets, NULL) == 0) {
		require(sets.n > 0);
		for (size_t i = 0; i < sets.n; i++) {
			struct ip none = { 0 }, a = range_next(&sets.v[i], &none);

			require(!ip_is_set(&a) || range_find(&sets.v[i], &a));
		}
	}
	range_sets_done(&sets);
	cni_conf_done(&c);
}

static void check_result(const char *text, size_t size)
{
	struct cni_result r = { 0 }, again = { 0 };
	autojsonout *o = json_out_new(NULL);
	const char *written;
	size_t len;

	if (cni_result_parse(text, size, &r, NULL) < 0)
		return;
	cni_result_write(&r, CNI_1_1_0, o);
	written = json_out_text(o, &len);
	require(cni_result_parse(written, len, &again, NULL) == 0);
	require(again.n_ips == r.n_ips && again.n_ifaces == r.n_ifaces);
	cni_result_done(&again);
	cni_result_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 1 << 16)
		return 0;
	check_conf((const char *)data, size);
	check_result((const char *)data, size);
	return 0;
}
