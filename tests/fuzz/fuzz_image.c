/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken for a document of an image is written and read again as the same; and a user that
 * is found in its files is one. */
#include "libocispec/image.h"
#include "orch/passwd.h"
#include "tests/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const struct record *r, const uint8_t *data, size_t size)
{
	autofree void *object = xcalloc(1, r->size);

	if (record_parse(r, (const char *)data, size, object, NULL) < 0)
		return;
	if (!roundtrip(r, object, NULL))
		abort();
	record_done(r, object);
}

static void check_user(const uint8_t *data, size_t size)
{
	static const char *const users[] = { "root", "0", "1000:web", "4294967295", "web" };
	autofree char *text = xstrndup((const char *)data, size);

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		struct passwd_user u = { 0 };

		if (passwd_resolve(users[i], text, text, &u, NULL) < 0)
			continue;
		if (u.uid == UINT32_MAX || u.gid == UINT32_MAX)
			abort();
		passwd_user_done(&u);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_record(&oci_index_record, data, size);
	check_record(&oci_manifest_record, data, size);
	check_record(&oci_image_record, data, size);
	check_user(data, size);
	return 0;
}
