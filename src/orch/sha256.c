/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/sha256.h"

#include <openssl/evp.h>

struct sha256 {
	EVP_MD_CTX *ctx;
};

/* Every call here fails only without memory, or with a libcrypto that has no SHA-256. */
static void must(bool ok)
{
	if (!ok)
		abort();
}

struct sha256 *sha256_new(void)
{
	struct sha256 *s = xcalloc(1, sizeof(*s));

	s->ctx = EVP_MD_CTX_new();
	must(s->ctx && EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL) == 1);
	return s;
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	must(EVP_DigestUpdate(s->ctx, data, len) == 1);
}

void sha256_end(struct sha256 *s, char out[SHA256_HEX_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(EVP_DigestFinal_ex(s->ctx, sum, &n) == 1 && n * 2 == SHA256_HEX_LEN);
	for (unsigned i = 0; i < n; i++) {
		out[i * 2] = digits[sum[i] >> 4];
		out[i * 2 + 1] = digits[sum[i] & 15];
	}
	out[SHA256_HEX_LEN] = '\0';
}

void sha256_free(struct sha256 *s)
{
	if (s)
		EVP_MD_CTX_free(s->ctx);
	free(s);
}

void sha256_free_p(struct sha256 **s)
{
	sha256_free(*s);
}

void sha256_hex(const void *data, size_t len, char out[SHA256_HEX_LEN + 1])
{
	_cleanup_(sha256_free_p) struct sha256 *s = sha256_new();

	sha256_add(s, data, len);
	sha256_end(s, out);
}

bool sha256_hex_valid(const char *text)
{
	return strlen(text) == SHA256_HEX_LEN && strspn(text, "0123456789abcdef") == SHA256_HEX_LEN;
}
