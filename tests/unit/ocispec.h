/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ocispec.h - for the tests of libocispec: load a config, or expect the error.
 *
 * Config text is given as its parts; a part that is NULL is the least that passes all rules.
 */
#ifndef TESTS_UNIT_OCISPEC_H
#define TESTS_UNIT_OCISPEC_H

#include "core/str.h"
#include "libocispec/config.h"

#include "test.h"
#include "tests/roundtrip.h"

#include <errno.h>

struct parts {
	const char *version;	/* ociVersion's value */
	const char *root;	/* its members, without braces */
	const char *process;	/* its members */
	const char *namespaces; /* its elements */
	const char *linux_;	/* further members */
	const char *top;	/* further members */
};

static inline const char *part(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

static inline void config_text(struct str *out, const struct parts *p)
{
	str_addf(out, "{\"ociVersion\":%s", part(p->version, "\"1.3.0\""));
	str_addf(out, ",\"root\":{%s}", part(p->root, "\"path\":\"rootfs\""));
	str_addf(out, ",\"process\":{%s}", part(p->process, "\"cwd\":\"/\",\"args\":[\"sh\"]"));
	str_addf(out, ",\"linux\":{\"namespaces\":[%s]",
		 part(p->namespaces, "{\"type\":\"mount\"}"));
	str_addf(out, "%s%s}", p->linux_ ? "," : "", part(p->linux_, ""));
	str_addf(out, "%s%s}", p->top ? "," : "", part(p->top, ""));
}

/* The config, which prints and reads back equal; NULL after reporting why there is none. */
static inline struct oci_config *config_load(const struct parts *p)
{
	struct oci_config *c = NULL;
	autostr text = { 0 };
	struct err e = { 0 };

	config_text(&text, p);
	if (oci_config_parse(text.p, text.len, &c, &e) < 0)
		TEST_FAIL("%s: %s", text.p, e.text);
	else
		CHECK(roundtrip(&oci_config_record, c, NULL));
	return c;
}

/* Expects that a record refuses a text with these words. */
static inline void check_refused_as(const struct record *r, const char *text, const char *want)
{
	autofree void *object = xcalloc(1, r->size);
	struct err e = { 0 };
	int got = record_parse(r, text, strlen(text), object, &e);

	CHECK_INT(got, -EINVAL);
	CHECK_STR(e.text, want);
	if (got == 0)
		record_done(r, object);
}

/* Expects that reading a config fails with these words. */
static inline void check_config_refused(const struct parts *p, const char *want)
{
	autostr text = { 0 };

	config_text(&text, p);
	check_refused_as(&oci_config_record, text.p, want);
}

#endif
