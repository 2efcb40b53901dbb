/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "orch/serve/link.h"
#include "orch/serve/url.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEM_MAX (256u << 10)

static void x509_free_p(X509 **x)
{
	X509_free(*x);
}

static void key_free_p(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

static void bio_free_p(BIO **b)
{
	BIO_free(*b);
}

/* A key with a passphrase has nobody here to give it. */
static int no_passphrase(char *buf _unused_, int size _unused_, int write _unused_,
			 void *data _unused_)
{
	return -1;
}

static BIO *read_pem(const char *path, struct str *text, struct err *e)
{
	if (file_read(AT_FDCWD, path, PEM_MAX, text, e) < 0)
		return NULL;
	return BIO_new_mem_buf(text->p ?: "", (int)text->len);
}

static int check_key_mode(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(e, errno, "key %s", path);
	if (st.st_mode & 077)
		return err_msg(e, EACCES, "key %s: others may use it (mode %04o, has to be 0600)",
			       path, (unsigned)st.st_mode & 07777);
	return 0;
}

static int check_pair(X509 *certificate, const char *path, struct err *e)
{
	_cleanup_(bio_free_p) BIO *bio = NULL;
	_cleanup_(key_free_p) EVP_PKEY *key = NULL;
	autostr text = { 0 };

	bio = read_pem(path, &text, e);
	if (!bio)
		return err_wrap(e, "key ");
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	ERR_clear_error();
	OPENSSL_cleanse(text.p, text.len);
	if (!key)
		return err_msg(e, EINVAL, "key %s: is no private key in PEM, or has a passphrase",
			       path);
	if (X509_check_private_key(certificate, key) != 1)
		return err_msg(e, EINVAL, "key %s: is not the certificate's", path);
	return 0;
}

/* The common name as UTF-8, without control characters. */
static int common_name(X509 *certificate, char **out)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *text = NULL;
	int n = i < 0 ? -1 :
			ASN1_STRING_to_UTF8(
				&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
	bool good = n > 0;

	for (int k = 0; k < n; k++)
		good = good && text[k] >= 0x20 && text[k] != 0x7f;
	if (good)
		*out = xstrndup((const char *)text, (size_t)n);
	OPENSSL_free(text);
	return good ? 0 : -EINVAL;
}

int link_check(const struct link_config *c, char **agent, struct err *e)
{
	_cleanup_(x509_free_p) X509 *certificate = NULL;
	_cleanup_(bio_free_p) BIO *bio = NULL;
	autostr text = { 0 };
	autourl u = { 0 };

	if (url_parse(c->url, &u, e) < 0)
		return -EINVAL;
	if (c->ca && access(c->ca, R_OK) < 0)
		return err_set(e, errno, "CA %s", c->ca);
	bio = read_pem(c->certificate, &text, e);
	if (!bio)
		return err_wrap(e, "certificate ");
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	ERR_clear_error();
	if (!certificate)
		return err_msg(e, EINVAL, "certificate %s: is none in PEM", c->certificate);
	if (check_key_mode(c->key, e) < 0 || check_pair(certificate, c->key, e) < 0)
		return -e->num;
	if (common_name(certificate, agent) < 0)
		return err_msg(e, EINVAL, "certificate %s: has no common name", c->certificate);
	return 0;
}
