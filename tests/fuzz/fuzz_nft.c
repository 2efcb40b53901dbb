/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte is a set of our table, the rest a netlink message with its elements. Whatever is
 * taken for an element of ours makes text that is one line. */
#include "net/portmap_elements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_element(const struct nft_element *raw)
{
	struct nat_element x;
	autostr text = { 0 };
	char *end;

	require(raw->key_len <= NFT_KEY_MAX && raw->key_end_len <= NFT_KEY_MAX &&
		raw->data_len <= NFT_KEY_MAX && strlen(raw->comment) <= NFT_COMMENT_MAX);
	if (nat_element_read(raw, &x) < 0)
		return;
	nat_element_delete(&x, &text);
	end = strchr(text.p, '\n');
	require(end && end[1] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *copy = NULL;
	struct nft_elements list = { 0 };

	if (size < 1 || size > 1 << 16)
		return 0;
	copy = xmalloc(size); /* aligned, as a receiver's buffer is */
	memcpy(copy, data + 1, size - 1);
	(void)nft_message_read(copy, size - 1, data[0] % NFT_SETS, &list);
	for (size_t i = 0; i < list.n; i++)
		check_element(&list.v[i]);
	nft_elements_done(&list);
	return 0;
}
