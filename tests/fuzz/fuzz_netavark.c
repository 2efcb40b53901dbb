/* SPDX-License-Identifier: Apache-2.0 */
/* What netavark gives a plugin: a network to complete, or a container to attach. What is made of it
 * for the CNI plugin is a configuration that reads. */
#include "net/cni/conf.h"
#include "net/netavark.h"
#include "net/netavark_conf.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(const char *text, size_t size)
{
	struct netavark_request request = { 0 };
	struct cni_conf conf = { 0 };
	autostr out = { 0 };

	if (record_parse(&netavark_request_record, text, size, &request, NULL) < 0)
		return;
	if (netavark_check(request.network, NULL) == 0 &&
	    netavark_encode(&request, &out, NULL) == 0 &&
	    cni_conf_parse(out.p, out.len, &conf, NULL) == -EBADMSG)
		abort();
	cni_conf_done(&conf);
	record_done(&netavark_request_record, &request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autostr out = { 0 }, again = { 0 };

	if (size > 1 << 16)
		return 0;
	if (netavark_create((const char *)data, size, &out, NULL) == 0 &&
	    netavark_create(out.p, out.len, &again, NULL) < 0)
		abort();
	check_request((const char *)data, size);
	return 0;
}
