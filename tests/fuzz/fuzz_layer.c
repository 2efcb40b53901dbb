/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a layer says, it is unpacked in its own directory: what is beside that stays as it was,
 * and all of it can be removed again. */
#include "core/file.h"
#include "orch/layer.h"
#include "orch/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int open_box(char *path)
{
	autofd int box = -1;

	if (!mkdtemp(path))
		abort();
	box = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (box < 0 || mkdirat(box, "layer", 0755) < 0 ||
	    file_create(box, "beside", 0600, "beside", 6, NULL) < 0)
		abort();
	return TAKE_FD(box);
}

static void check_beside(int box)
{
	autostr text = { 0 };
	struct stat st;

	if (file_read(box, "beside", 16, &text, NULL) < 0 || text.len != 6 ||
	    memcmp(text.p, "beside", 6) != 0 ||
	    fstatat(box, "beside", &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_nlink != 1 ||
	    (st.st_mode & 07777) != 0600)
		abort();
	if (unlinkat(box, "beside", 0) < 0 || tree_remove(box, "layer", NULL) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/fuzz_layer.XXXXXX", hex[SHA256_HEX_LEN + 1];
	autofd int box = open_box(path);
	autofd int layer = openat(box, "layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofd int blob = memfd_create("layer", MFD_CLOEXEC);
	struct err e;
	int64_t bytes;

	if (layer < 0 || blob < 0 || fd_write_all(blob, data, size, NULL) < 0 ||
	    lseek(blob, 0, SEEK_SET) < 0)
		abort();
	if (layer_unpack(blob, layer, BYTES_MAX, hex, &bytes, &e) < 0) {
		if (e.num <= 0 || !*e.text)
			abort();
	} else if (bytes > BYTES_MAX || !sha256_hex_valid(hex)) {
		abort();
	}
	check_beside(box);
	if (rmdir(path) < 0)
		abort(); /* something was made in it */
	return 0;
}
