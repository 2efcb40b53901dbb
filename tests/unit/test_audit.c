/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "core/strv.h"
#include "orch/audit.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct err e;

/* A trail in a directory of its own. */
struct box {
	char dir[32];
	char file[64];
};

static void box_init(struct box *b)
{
	strcpy(b->dir, "/tmp/test_audit.XXXXXX");
	CHECK(mkdtemp(b->dir));
	snprintf(b->file, sizeof(b->file), "%s/trail.jsonl", b->dir);
}

static void box_done(struct box *b)
{
	const char *const names[] = { "trail.jsonl", "torn-1", "torn-3" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
		(void)unlink(path);
	}
	CHECK_INT(rmdir(b->dir), 0);
}

static int add(struct box *b, const char *resource)
{
	char *changes[] = { (char *)"memory 64M", NULL };
	const struct audit_change c = {
		.plugin = "lxc", .op = AUDIT_CREATE, .resource = resource, .changes = changes
	};

	return audit_append(b->dir, &c, &e);
}

static char *text_of(struct box *b)
{
	struct str s = { 0 };

	CHECK_INT(file_read(AT_FDCWD, b->file, 1 << 20, &s, &e), 0);
	return str_take(&s);
}

static void put(struct box *b, const char *text)
{
	CHECK_INT(file_replace(AT_FDCWD, b->file, 0600, text, strlen(text), 0, &e), 0);
}

TEST(hashes_data_by_its_members_without_secrets)
{
	const char *const same[] = {
		"{\"a\":1,\"b\":{\"c\":[1,2],\"d\":null}}",
		" { \"b\" : {\"d\":null,\"c\":[1, 2]}, \"a\": 1 }",
		("{\"token\":\"x\",\"a\":1,\"b\":{\"Password\":{\"y\":1},\"c\":[1,2],"
		 "\"d\":null,\"X-Authorization\":\"z\"}}"),
	};
	char want[SHA256_HEX_LEN + 1], got[SHA256_HEX_LEN + 1];

	sha256_hex(same[0], strlen(same[0]), want);
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		autojson *doc = NULL;

		CHECK_INT(json_parse(same[i], strlen(same[i]), &doc, &e), 0);
		audit_data_hash(json_root(doc), got);
		CHECK_STR(got, want);
	}
}

TEST(an_event_is_read_as_it_was_written)
{
	char *changes[] = { (char *)"a \"quoted\" one", NULL };
	const struct audit_event in = { .seq = 7,
					.time = (char *)"2026-01-02T03:04:05.000006Z",
					.plugin = (char *)"lxc",
					.operation = AUDIT_APPLY,
					.resource = (char *)"plc-001",
					.changes = changes,
					.data_hash = (char *)HASH_A,
					.prev_hash = (char *)AUDIT_NO_HASH };
	struct audit_event out = { 0 };
	autofree char *line = NULL;

	CHECK_INT(audit_event_format(&in, &line, &e), 0);
	CHECK_HAS(line, "{\"seq\":7,\"time\":\"2026-01-02T03:04:05.000006Z\",\"plugin\":\"lxc\","
			"\"operation\":\"apply\",\"resource\":\"plc-001\",");
	CHECK_INT(audit_event_parse(line, strlen(line), &out, &e), 0);
	CHECK_INT(out.seq, 7);
	CHECK_INT(out.operation, AUDIT_APPLY);
	CHECK_STR(out.changes[0], changes[0]);
	CHECK_STR(out.data_hash, HASH_A);
	CHECK_INT(audit_event_follows(6, AUDIT_NO_HASH, &out, &e), 0);
	CHECK_INT(audit_event_follows(5, AUDIT_NO_HASH, &out, &e), -EBADMSG);
	CHECK_INT(audit_event_follows(6, HASH_A, &out, &e), -EBADMSG);
	audit_event_done(&out);
}

TEST(any_other_byte_in_a_line_is_found)
{
	const struct audit_event in = { .seq = 1,
					.time = (char *)"2026-01-02T03:04:05.000006Z",
					.plugin = (char *)"net",
					.operation = AUDIT_DELETE,
					.resource = (char *)"vi100",
					.prev_hash = (char *)AUDIT_NO_HASH };
	struct audit_event out = { 0 };
	autofree char *line = NULL;

	CHECK_INT(audit_event_format(&in, &line, &e), 0);
	for (size_t i = 0; i < strlen(line); i++) {
		char was = line[i];

		line[i] = was == 'e' ? 'f' : (char)(was ^ 1);
		if (audit_event_parse(line, strlen(line), &out, &e) != -EBADMSG)
			TEST_FAIL("byte %zu may change", i);
		line[i] = was;
	}
	CHECK_INT(audit_event_parse(line, strlen(line) - 1, &out, &e), -EBADMSG);
}

TEST(a_trail_is_a_chain)
{
	char head[SHA256_HEX_LEN + 1], last[SHA256_HEX_LEN + 1];
	struct stat st;
	struct box b;

	box_init(&b);
	CHECK_INT(audit_read(b.dir, NULL, NULL, head, &e), 0);
	CHECK_STR(head, AUDIT_NO_HASH);
	CHECK_INT(add(&b, "a"), 0);
	CHECK_INT(add(&b, "b"), 0);
	CHECK_INT(add(&b, "c"), 0);
	CHECK_INT(audit_read(b.dir, NULL, NULL, head, &e), 3);
	CHECK_INT(audit_head(b.dir, last, &e), 0);
	CHECK_STR(last, head);
	CHECK_INT(stat(b.file, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	box_done(&b);
}

TEST(what_was_done_to_a_trail_is_found)
{
	autofree char *whole = NULL, *two = NULL;
	char *second = NULL, *third = NULL;
	autostr text = { 0 };
	struct box b;

	box_init(&b);
	CHECK_INT(add(&b, "first") | add(&b, "second") | add(&b, "third"), 0);
	whole = text_of(&b);
	second = strchr(whole, '\n') + 1;
	third = strchr(second, '\n') + 1;

	/* a line is removed */
	str_add_bytes(&text, whole, (size_t)(second - whole));
	str_add(&text, third);
	put(&b, text.p);
	CHECK_INT(audit_read(b.dir, NULL, NULL, NULL, &e), -EBADMSG);
	CHECK_HAS(e.text, "line 2 has number 3 where 2 comes next");

	/* two lines change places */
	str_reset(&text);
	str_add_bytes(&text, whole, (size_t)(second - whole));
	str_add(&text, third);
	str_add_bytes(&text, second, (size_t)(third - second));
	put(&b, text.p);
	CHECK_INT(audit_read(b.dir, NULL, NULL, NULL, &e), -EBADMSG);

	/* a line is edited */
	put(&b, whole);
	two = text_of(&b);
	memcpy(strstr(two, "second"), "zecond", 6);
	put(&b, two);
	CHECK_INT(audit_read(b.dir, NULL, NULL, NULL, &e), -EBADMSG);
	CHECK_HAS(e.text, "line 2 its hash is");

	/* the first line is gone */
	put(&b, second);
	CHECK_INT(audit_read(b.dir, NULL, NULL, NULL, &e), -EBADMSG);
	CHECK_HAS(e.text, "line 1 has number 2");
	box_done(&b);
}

TEST(an_unfinished_line_is_set_aside)
{
	autofree char *whole = NULL;
	struct box b;

	box_init(&b);
	CHECK_INT(add(&b, "first") | add(&b, "second") | add(&b, "third"), 0);
	whole = text_of(&b);
	whole[strlen(whole) - 20] = '\0';
	put(&b, whole);
	CHECK_INT(audit_read(b.dir, NULL, NULL, NULL, &e), -EBADMSG);
	CHECK_HAS(e.text, "line 3 is not complete");
	CHECK_INT(add(&b, "third"), 0);
	CHECK_INT(audit_read(b.dir, NULL, NULL, NULL, &e), 4);
	free(TAKE(whole));
	whole = text_of(&b);
	CHECK_HAS(whole, "set aside in torn-3");
	box_done(&b);
}

TEST(nothing_is_chained_to_a_damaged_line)
{
	autofree char *whole = NULL, *after = NULL;
	struct box b;

	box_init(&b);
	CHECK_INT(add(&b, "first"), 0);
	whole = text_of(&b);
	memcpy(strstr(whole, "first"), "fIrst", 5);
	put(&b, whole);
	CHECK_INT(add(&b, "second"), -EBADMSG);
	CHECK_HAS(e.text, "second is not recorded in the audit trail");
	after = text_of(&b);
	CHECK_STR(after, whole);
	box_done(&b);
}

TEST(a_line_has_a_limit)
{
	struct box b;
	autofree char *name = xcalloc(1, AUDIT_LINE_MAX + 1);

	memset(name, 'x', AUDIT_LINE_MAX);
	box_init(&b);
	CHECK_INT(add(&b, name), -EFBIG);
	CHECK_INT(audit_read(b.dir, NULL, NULL, NULL, &e), 0);
	box_done(&b);
}

TEST_MAIN
