/* SPDX-License-Identifier: Apache-2.0 */
/* A linux object with id mappings, as JSON or, quicker for a fuzzer, as three numbers each: what is
 * accepted says the same in the text that the kernel gets, and no range wraps around. */
#include "core/num.h"
#include "core/strv.h"
#include "engine/init/idmap.h"
#include "libocispec/records.h"
#include <sched.h>

#define NUMBERS 3
#define MAPPING_SIZE (NUMBERS * sizeof(uint32_t))
#define ENTRIES_MAX 340

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_line(char *line, const struct oci_id_mapping *m)
{
	const uint32_t want[NUMBERS] = { m->container_id, m->host_id, m->size };

	for (size_t i = 0; i < NUMBERS; i++) {
		const char *word = strsep(&line, " ");
		uint64_t value = 0;

		require(word && num_parse_u64(word, UINT32_MAX, "id", &value, NULL) == 0);
		require(value == want[i]);
	}
	require(!line);
	require(m->size > 0 && (uint64_t)m->container_id + m->size <= UINT32_MAX);
	require((uint64_t)m->host_id + m->size <= UINT32_MAX);
}

static void check_map(const char *kind, const struct oci_id_mapping *m, size_t n)
{
	autostrv char **lines = NULL;
	autostr text = { 0 };

	if (idmap_format(kind, m, n, &text, NULL) < 0)
		return;
	require(n > 0 && n <= ENTRIES_MAX && text.p[text.len - 1] == '\n');
	lines = strv_split(text.p, '\n');
	require(strv_len(lines) == n + 1 && !*lines[n]);
	for (size_t i = 0; i < n; i++)
		check_line(lines[i], &m[i]);
}

/* Who may be the process's user is in the maps. */
static void check_user(const struct oci_linux *l, const struct oci_id_mapping *m, size_t n)
{
	const struct oci_user user = { .uid = m[n / 2].host_id, .gid = m[0].size };
	bool mapped = false;

	for (size_t i = 0; i < n; i++)
		mapped |= user.uid >= m[i].container_id && user.uid - m[i].container_id < m[i].size;
	require(idmap_check_user(l, &user, NULL) < 0 || mapped);
}

/* With the namespaces that a configuration must have, and no other thing to refuse. */
static void check(struct oci_linux *l)
{
	struct oci_namespace ns[] = { { .type = CLONE_NEWNS }, { .type = CLONE_NEWUSER } };
	struct oci_root root = { .path = (char *)"rootfs" };
	char *argv[] = { (char *)"true", NULL };
	struct oci_process p = { .args = argv, .cwd = (char *)"/" };
	struct oci_linux linux_ = {
		.uid_mappings = l->uid_mappings,
		.gid_mappings = l->gid_mappings,
		.n_uid_mappings = l->n_uid_mappings,
		.n_gid_mappings = l->n_gid_mappings,
		.namespaces = ns,
		.n_namespaces = ARRAY_SIZE(ns),
	};
	const struct oci_config c = {
		.oci_version = (char *)"1.0.0", .root = &root, .process = &p, .linux_ = &linux_
	};

	if (oci_config_check(&c, NULL) < 0)
		return;
	check_map("uid", linux_.uid_mappings, linux_.n_uid_mappings);
	check_map("gid", linux_.gid_mappings, linux_.n_gid_mappings);
	check_user(&linux_, linux_.uid_mappings, linux_.n_uid_mappings);
}

static void check_json(const char *text, size_t len)
{
	struct oci_linux l = { 0 };

	if (record_parse(&oci_linux_record, text, len, &l, NULL) < 0)
		return;
	check(&l);
	record_done(&oci_linux_record, &l);
}

static void check_numbers(const uint8_t *data, size_t size)
{
	size_t n = size / MAPPING_SIZE;
	autofree struct oci_id_mapping *m = xcalloc(n + 1, sizeof(*m));

	for (size_t i = 0; i < n; i++) {
		uint32_t v[NUMBERS];

		memcpy(v, data + i * MAPPING_SIZE, sizeof(v));
		m[i] = (struct oci_id_mapping){ v[0], v[1], v[2] };
	}
	check(&(struct oci_linux){
		.uid_mappings = m,
		.gid_mappings = m + n / 2,
		.n_uid_mappings = n / 2,
		.n_gid_mappings = n - n / 2,
	});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == '{')
		check_json((const char *)data, size);
	else if (size > 0)
		check_numbers(data + 1, size - 1);
	return 0;
}
