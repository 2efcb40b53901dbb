/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/message.h"
#include "engine/criu/protobuf.h"
#include "test.h"
#include <errno.h>

/* The bytes as hexadecimal digits. */
static const char *hex(const struct str *s)
{
	static char text[2048];

	for (size_t i = 0; i < s->len && 2 * i + 3 < sizeof(text); i++)
		snprintf(text + 2 * i, 3, "%02x", (unsigned char)s->p[i]);
	text[MIN(2 * s->len, sizeof(text) - 1)] = '\0';
	return text;
}

TEST(varints_and_bytes)
{
	autostr out = { 0 };
	struct pb_reader in;
	struct pb_field f;

	pb_put_uint(&out, 1, 150);
	pb_put_text(&out, 2, "testing");
	pb_put_uint(&out, 63, UINT64_MAX);
	CHECK_STR(hex(&out), "08960112"
			     "0774657374696e67"
			     "f803ffffffffffffffffff01");
	in = (struct pb_reader){ (const unsigned char *)out.p, out.len };
	CHECK_INT(pb_next(&in, &f), 1);
	CHECK(f.number == 1 && !f.is_bytes && f.value == 150);
	CHECK_INT(pb_next(&in, &f), 1);
	CHECK(f.number == 2 && f.is_bytes && f.len == 7 && memcmp(f.bytes, "testing", 7) == 0);
	CHECK_INT(pb_next(&in, &f), 1);
	CHECK(f.number == 63 && f.value == UINT64_MAX);
	CHECK_INT(pb_next(&in, &f), 0);
}

TEST(request)
{
	const struct criu_inherit inherit = { (char *)(uintptr_t) "pipe:[7]", 1 };
	char *external[] = { (char *)(uintptr_t) "mnt[/a]:/a", NULL };
	const struct criu_request r = {
		.type = CRIU_DUMP,
		.images_dir = 5,
		.work_dir = 6,
		.pid = 300,
		.leave_running = true,
		.log_file = "d",
		.cgroups_mode = CRIU_CGROUPS_SOFT + 1,
		.external = external,
		.inherit = &inherit,
		.n_inherit = 1,
	};
	autostr out = { 0 };

	criu_request_encode(&r, &out);
	/* type 1; options of 51 bytes: descriptors, log level 4, notifications; pid, … */
	CHECK_STR(hex(&out), "08011233"
			     "0805"
			     "880106"
			     "4804"
			     "6001"
			     "10ac02"
			     "1801"
			     "520164"
			     "c00101"
			     "900203"
			     "da010c0a08706970653a5b375d1001"
			     "aa020a6d6e745b2f615d3a2f61");
}

TEST(notified)
{
	autostr out = { 0 };

	criu_notified_encode(true, &out);
	CHECK_STR(hex(&out), "08061801");
}

TEST(responses)
{
	static const char notify[] = "\x08\x06\x10\x01\x2a\x0f\x0a\x0cpost-restore\x10\x07";
	static const char restored[] = "\x08\x02\x10\x01\x22\x02\x08\x2a";
	static const char failed[] = "\x08\x01\x10\x00\x38\x05\x4a\x03why";
	struct criu_response r = { 0 };

	CHECK_INT(criu_response_decode("\x08\x06\x10\x01\x2a\x10\x0a\x0cpost-restore\x10\x07",
				       sizeof(notify) - 1, &r),
		  0);
	CHECK_INT(r.type, CRIU_NOTIFY);
	CHECK(r.success);
	CHECK_STR(r.script, "post-restore");
	CHECK_INT(r.pid, 7);
	CHECK_INT(criu_response_decode(notify, sizeof(notify) - 1, &r), -EBADMSG);
	CHECK_STR(r.script, "post-restore");
	CHECK_INT(criu_response_decode(restored, sizeof(restored) - 1, &r), 0);
	CHECK_INT(r.type, CRIU_RESTORE);
	CHECK_INT(r.pid, 42);
	CHECK_STR(r.script, "");
	CHECK_INT(criu_response_decode(failed, sizeof(failed) - 1, &r), 0);
	CHECK(!r.success);
	CHECK_INT(r.error, 5);
	CHECK_STR(r.message, "why");
}

TEST(broken_responses)
{
	static const char *const broken[] = { "\x08", "\x0a\x05z", "\x0b\x01", "\x80\x80",
					      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" };
	struct criu_response r = { .type = 99 };

	for (size_t i = 0; i < ARRAY_SIZE(broken); i++)
		CHECK_INT(criu_response_decode(broken[i], strlen(broken[i]), &r), -EBADMSG);
	CHECK_INT(r.type, 99);
	CHECK_INT(criu_response_decode("", 0, &r), 0);
	CHECK_INT(r.type, 0);
}

TEST_MAIN
