/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over its corpus without a fuzzer: over the files and directories given, or
 * over $TOP_SRCDIR/tests/fuzz/corpus/NAME for a program called fuzz_NAME. One TAP test per target;
 * each file is named before it is run, so that a crash tells which one it was.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFIX "fuzz_"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed;

/* A heap block of exactly the file's size, so that AddressSanitizer sees a read beyond it. */
static int replay_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "rbe");
	uint8_t *data = malloc(size ? size : 1);
	int r = -1;

	printf("# %s\n", path);
	if (f && data && fread(data, 1, size, f) == size) {
		(void)LLVMFuzzerTestOneInput(data, size);
		replayed++;
		r = 0;
	} else {
		printf("# cannot be read\n");
	}
	free(data);
	if (f)
		(void)fclose(f);
	return r;
}

static int replay(const char *path);

static int replay_dir(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), r = 0;
	char file[4096];

	for (int i = 0; i < n; i++) {
		(void)snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && replay(file) < 0)
			r = -1;
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return n < 0 ? -1 : r;
}

static int replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		printf("# %s: not there\n", path);
		return -1;
	}
	return S_ISDIR(st.st_mode) ? replay_dir(path) : replay_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	const char *program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	const char *name = program, *top = getenv("TOP_SRCDIR");
	char corpus[4096];
	int r = 0;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (strncmp(name, PREFIX, strlen(PREFIX)) == 0)
		name += strlen(PREFIX);
	if (argc < 2) {
		(void)snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s", top ? top : ".",
			       name);
		r = replay(corpus);
	}
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) < 0)
			r = -1;
	if (replayed == 0)
		r = -1;
	printf("%sok 1 - %s: %u inputs\n1..1\n", r < 0 ? "not " : "", program, replayed);
	return r < 0 ? 1 : 0;
}
