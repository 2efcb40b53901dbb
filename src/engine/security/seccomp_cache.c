/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/seccomp_cache.h"

#include "core/file.h"
#include "core/json.h"
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CACHE_MAGIC "RLBPF\0\0\1" /* the last byte: the layout, and how profiles are compiled */
#define KEY_MAX (256u << 10)
#define NAME_SIZE sizeof("seccomp-00")

struct header {
	char magic[8];
	uint64_t sum; /* of what follows the header */
	uint32_t key_len;
	uint32_t n; /* instructions, behind the key */
};

/* FNV-1a. */
static uint64_t hash(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

void seccomp_cache_key(const struct oci_seccomp *s, struct str *out)
{
	const struct scmp_version *v = seccomp_version();
	autojsonout *o = json_out_new(NULL);
	struct oci_seccomp profile = *s;
	const char *text;
	size_t len;

	profile.listener_path = NULL;
	profile.listener_metadata = NULL;
	record_encode(&oci_seccomp_record, &profile, o);
	text = json_out_text(o, &len);
	str_addf(out, "libseccomp %u.%u.%u for %x\n", v->major, v->minor, v->micro,
		 seccomp_arch_native());
	str_add_bytes(out, text, len);
}

static void slot_name(const struct str *key, char name[NAME_SIZE])
{
	(void)snprintf(name, NAME_SIZE, "seccomp-%02x", (unsigned)(hash(key->p, key->len) >> 56));
}

/* Ours, and nobody else can write it. */
static bool is_private(int fd, mode_t type, struct stat *st)
{
	return fstat(fd, st) == 0 && (st->st_mode & S_IFMT) == type && st->st_uid == geteuid() &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int read_file(int dirfd, const char *name, struct str *out)
{
	size_t max = sizeof(struct header) + KEY_MAX + BPF_MAXINSNS * sizeof(struct sock_filter);
	autofd int fd = -1;
	struct stat st;

	if (!is_private(dirfd, S_IFDIR, &st))
		return -1;
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || !is_private(fd, S_IFREG, &st) || (uint64_t)st.st_size > max)
		return -1;
	str_reserve(out, (size_t)st.st_size);
	return fd_read_all(fd, max, out, NULL);
}

static bool is_whole(const struct str *file, const struct header *h, const struct str *key)
{
	const char *body = file->p + sizeof(*h);

	return memcmp(h->magic, CACHE_MAGIC, sizeof(h->magic)) == 0 && h->n > 0 &&
	       h->n <= BPF_MAXINSNS && h->key_len == key->len &&
	       file->len == sizeof(*h) + h->key_len + h->n * sizeof(struct sock_filter) &&
	       memcmp(body, key->p, key->len) == 0 && hash(body, file->len - sizeof(*h)) == h->sum;
}

int seccomp_cache_load(int dirfd, const struct str *key, struct sock_filter **filter, size_t *n)
{
	autostr file = { 0 };
	char name[NAME_SIZE];
	struct header h;
	size_t size;

	if (key->len > KEY_MAX)
		return 0;
	slot_name(key, name);
	if (read_file(dirfd, name, &file) < 0 || file.len < sizeof(h))
		return 0;
	memcpy(&h, file.p, sizeof(h));
	if (!is_whole(&file, &h, key))
		return 0;
	size = h.n * sizeof(struct sock_filter);
	*filter = xmalloc(size);
	memcpy(*filter, file.p + file.len - size, size);
	*n = h.n;
	return 1;
}

void seccomp_cache_save(int dirfd, const struct str *key, const struct sock_filter *filter,
			size_t n)
{
	struct header h = { .key_len = (uint32_t)key->len, .n = (uint32_t)n };
	autostr file = { 0 };
	char name[NAME_SIZE];
	struct stat st;

	if (key->len > KEY_MAX || !is_private(dirfd, S_IFDIR, &st))
		return;
	memcpy(h.magic, CACHE_MAGIC, sizeof(h.magic));
	str_add_bytes(&file, &h, sizeof(h));
	str_add_bytes(&file, key->p, key->len);
	str_add_bytes(&file, filter, n * sizeof(*filter));
	h.sum = hash(file.p + sizeof(h), file.len - sizeof(h));
	memcpy(file.p, &h, sizeof(h));
	slot_name(key, name);
	/* A cache that is read-only or full does not keep a container from starting. */
	(void)file_replace(dirfd, name, 0600, file.p, file.len, 0, NULL);
}
