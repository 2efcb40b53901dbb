/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The specification's sample documents: every good one loads, prints and reads back equal; every
 * bad one fails at the member that is bad. They are below $TESTS_DIR, or $TOP_SRCDIR/tests, or
 * tests.
 */
#include "libocispec/features.h"
#include "libocispec/state.h"
#include "ocispec.h"

#include <dirent.h>

static const struct kind {
	const char *name;
	const struct record *record;
} kinds[] = {
	{ "config", &oci_config_record },
	{ "features", &oci_features_record },
	{ "state", &oci_state_record },
};

/* Below fixtures/oci/, and how the message begins. */
static const struct {
	const char *path;
	const char *place;
} bad[] = {
	{ "config/bad/invalid-json.json", "" },
	{ "config/bad/linux-hugepage.json", "linux.resources.hugepageLimits[0].pageSize: " },
	{ "config/bad/linux-netdevice.json", "linux.netDevices.eth0.name: " },
	{ "config/bad/linux-rdma.json", "linux.resources.rdma.mlx5_1.hcaHandles: " },
	{ "features/bad/missing-ociVersionMax.json", "ociVersionMax: " },
	{ "state/bad/invalid-json.json", "" },
};

static char *fixture_path(const char *path)
{
	const char *tests = getenv("TESTS_DIR"), *top = getenv("TOP_SRCDIR");

	if (tests)
		return xasprintf("%s/fixtures/%s", tests, path);
	return xasprintf("%s/tests/fixtures/%s", top ? top : ".", path);
}

/* Whole, to the end. */
static bool fixture_read(const char *path, struct str *out)
{
	autofree char *full = fixture_path(path);
	FILE *f = fopen(full, "re");
	char buf[4096];
	size_t n;

	if (!f) {
		TEST_FAIL("cannot open %s", full);
		return false;
	}
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_add_bytes(out, buf, n);
	(void)fclose(f);
	return true;
}

static int parse(const struct record *r, const struct str *text, void *out, struct err *e)
{
	return record_parse(r, text->p, text->len, out, e);
}

static void check_good(const struct kind *kind, const char *path)
{
	autofree void *object = xcalloc(1, kind->record->size);
	autostr text = { 0 };
	struct err e = { 0 };

	if (!fixture_read(path, &text))
		return;
	if (parse(kind->record, &text, object, &e) < 0) {
		TEST_FAIL("%s: %s", path, e.text);
		return;
	}
	if (!roundtrip(kind->record, object, NULL) || !roundtrip(kind->record, object, "    "))
		TEST_FAIL("%s: does not print and read back equal", path);
	record_done(kind->record, object);
}

/* Calls check for every file of a directory of fixtures/oci, and returns their number. */
static unsigned each(const struct kind *kind, const char *which,
		     void (*check)(const struct kind *kind, const char *path))
{
	autofree char *dir = xasprintf("oci/%s/%s", kind->name, which), *full = fixture_path(dir);
	DIR *d = opendir(full);
	struct dirent *entry;
	unsigned n = 0;

	if (!d)
		return 0;
	while ((entry = readdir(d)) != NULL) {
		autofree char *path = xasprintf("%s/%s", dir, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		check(kind, path);
		n++;
	}
	(void)closedir(d);
	return n;
}

TEST(good_documents_load)
{
	static const unsigned counts[] = { 5, 2, 1 };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		CHECK_INT(each(&kinds[i], "good", check_good), counts[i]);
}

static void check_bad(const struct kind *kind, const char *path)
{
	autofree void *object = xcalloc(1, kind->record->size);
	autostr text = { 0 };
	struct err e = { 0 };
	const char *place = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (str_eq(bad[i].path, path + strlen("oci/")))
			place = bad[i].place;
	if (!place || !fixture_read(path, &text)) {
		TEST_FAIL("%s: not in the table, or not readable", path);
		return;
	}
	if (parse(kind->record, &text, object, &e) != -EINVAL || !e.text[0])
		TEST_FAIL("%s: not refused", path);
	else if (!str_starts(e.text, place))
		TEST_FAIL("%s: \"%s\" does not begin with \"%s\"", path, e.text, place);
	record_done(kind->record, object);
}

TEST(bad_documents_fail_at_the_bad_member)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		n += each(&kinds[i], "bad", check_bad);
	CHECK_INT(n, ARRAY_SIZE(bad));
}

static struct oci_config *config_read(const char *path)
{
	struct oci_config *c = NULL;
	autostr text = { 0 };
	struct err e = { 0 };

	if (fixture_read(path, &text) && oci_config_parse(text.p, text.len, &c, &e) < 0)
		TEST_FAIL("%s: %s", path, e.text);
	return c;
}

/* What is in the long example; it is of version 0.5, which is all that the rules have against it.
 */
TEST(the_example_means_what_it_says)
{
	autoconfig *c = config_read("oci/config/good/spec-example.json");
	struct err e = { 0 };

	if (!c)
		return;
	CHECK_INT(c->n_mounts, 7);
	CHECK_STR(c->process->selinux_label, "system_u:system_r:svirt_lxc_net_t:s0:c124,c675");
	CHECK_INT(c->hooks->n_prestart, 2);
	CHECK_INT(c->hooks->poststart[0].timeout.value, 5);
	CHECK_INT(c->linux_->n_devices, 2);
	CHECK_INT(c->linux_->resources->hugepage_limits[0].limit, 9223372036854772000);
	CHECK_INT(c->linux_->resources->block_io->throttle_write_iops_device[0].rate, 300);
	CHECK_INT(c->linux_->seccomp->syscalls[0].action, OCI_ACT_ERRNO);
	CHECK_INT(c->linux_->time_offsets->boottime->secs, 604800);
	CHECK_INT(oci_config_check(c, &e), -EINVAL);
	CHECK(str_starts(e.text, "ociVersion: "));
	free(c->oci_version);
	c->oci_version = xstrdup("1.3.0");
	CHECK_INT(oci_config_check(c, &e), 0);
}

TEST(the_seed_passes_all_rules)
{
	autoconfig *c = config_read("seed/thunder.json");
	struct err e = { 0 };

	if (!c)
		return;
	CHECK(roundtrip(&oci_config_record, c, "\t"));
	if (oci_config_check(c, &e) < 0)
		TEST_FAIL("%s", e.text);
	CHECK_INT(c->n_mounts, 8);
	CHECK_STR(c->mounts[0].source, "/tmp");
	CHECK(c->mounts[0].type == NULL);
	CHECK_STR(c->mounts[0].options[1], "bind");
	CHECK_STR(c->process->env[4], "COMMUNICATOR_CONNECTOR=/tmp/communicator");
	CHECK(c->process->no_new_privileges && c->root->readonly);
	CHECK(!c->process->capabilities->inheritable);
	CHECK_INT(c->linux_->n_namespaces, 5);
}

TEST_MAIN
