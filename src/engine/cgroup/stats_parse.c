/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/stats_parse.h"
#include "core/file.h"
#include "core/num.h"
#include "engine/cgroup/resources.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define FILE_MAX (4u << 20)
#define WHITE " \t\n"

static bool parse(const char *word, size_t len, uint64_t *out)
{
	char text[24];

	if (len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	if (str_eq(text, "max"))
		*out = UINT64_MAX;
	return str_eq(text, "max") || num_parse_u64(text, UINT64_MAX, "number", out, NULL) == 0;
}

/* The next word of a line: its length, 0 at the line's end. */
static size_t word(const char **p)
{
	*p += strspn(*p, " \t");
	return strcspn(*p, WHITE);
}

/* What is behind the line. */
static const char *next_line(const char *p)
{
	p += strcspn(p, "\n");
	return p + (*p == '\n');
}

static void add_number(struct stat_numbers *l, uint64_t value)
{
	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = value;
}

uint64_t stats_number(const char *text)
{
	uint64_t value = 0;

	return parse(text, strcspn(text, WHITE), &value) ? value : 0;
}

void stats_numbers(const char *text, struct stat_numbers *out)
{
	uint64_t value;

	for (text += strspn(text, WHITE); *text; text += strspn(text, WHITE)) {
		size_t len = strcspn(text, WHITE);

		if (parse(text, len, &value))
			add_number(out, value);
		text += len;
	}
}

void stats_list(const char *text, struct stat_numbers *out)
{
	size_t end = strcspn(text, WHITE);

	for (size_t i = 0, len; i < end; i += len + 1) {
		size_t first_len = strcspn(text + i, "-," WHITE);
		uint64_t first, last;

		len = strcspn(text + i, "," WHITE);
		if (!parse(text + i, first_len, &first))
			continue;
		last = first;
		if (first_len < len && !parse(text + i + first_len + 1, len - first_len - 1, &last))
			continue;
		for (uint64_t n = first; n <= last && out->n < STATS_LIST_MAX; n++)
			add_number(out, n);
	}
}

static int compare_pairs(const void *a, const void *b)
{
	return strcmp(((const struct stat_pair *)a)->name, ((const struct stat_pair *)b)->name);
}

void stats_pairs(const char *text, struct stat_pairs *out)
{
	for (const char *line = text; *line; line = next_line(line)) {
		const char *name = line, *number;
		size_t name_len = word(&name), len;
		uint64_t value;

		number = name + name_len;
		len = word(&number);
		if (name_len == 0 || !parse(number, len, &value))
			continue;
		out->v = xrealloc(out->v, out->n + 1, sizeof(*out->v));
		out->v[out->n++] = (struct stat_pair){ xstrndup(name, name_len), value };
	}
	if (out->n > 0)
		qsort(out->v, out->n, sizeof(*out->v), compare_pairs);
}

uint64_t stats_value(const char *text, const char *name)
{
	size_t len = strlen(name);
	uint64_t value = 0;

	for (const char *line = text; *line; line = next_line(line)) {
		const char *number = line + len;

		if (strncmp(line, name, len) == 0 && *number == ' ')
			return parse(number + 1, strcspn(number + 1, WHITE), &value) ? value : 0;
	}
	return 0;
}

void stats_percpu(const char *text, struct stat_numbers *user, struct stat_numbers *kernel)
{
	for (const char *line = text; *line; line = next_line(line)) {
		uint64_t value[3];
		const char *p = line;
		size_t n = 0;

		for (size_t len; n < ARRAY_SIZE(value) && (len = word(&p)) > 0; p += len)
			if (!parse(p, len, &value[n++]))
				n = ARRAY_SIZE(value) + 1;
		if (n != ARRAY_SIZE(value))
			continue;
		add_number(user, value[1]);
		add_number(kernel, value[2]);
	}
}

/* "8:0", as a word that begins a line. */
static bool parse_device(const char *p, size_t len, struct stat_io *out)
{
	const char *colon = memchr(p, ':', len);

	return colon && parse(p, (size_t)(colon - p), &out->major) &&
	       parse(colon + 1, len - 1 - (size_t)(colon - p), &out->minor);
}

static void add_io(struct stat_ios *l, const struct stat_io *io)
{
	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = *io;
}

void stats_blkio(const char *text, struct stat_ios *out)
{
	for (const char *line = text; *line; line = next_line(line)) {
		struct stat_io io = { 0 };
		const char *p = line;
		size_t len = word(&p);

		if (!parse_device(p, len, &io))
			continue;
		p += len;
		len = word(&p);
		if (len > 0 && len < sizeof(io.op) && !strchr("0123456789", *p)) {
			memcpy(io.op, p, len);
			p += len;
			len = word(&p);
		}
		if (parse(p, len, &io.value))
			add_io(out, &io);
	}
}

/* In the order of v1's lines. */
static const struct {
	const char *key;
	const char *op;
	enum stat_io_kind kind;
} io_keys[] = {
	{ "rbytes=", "Read", IO_SERVICE_BYTES },    { "wbytes=", "Write", IO_SERVICE_BYTES },
	{ "dbytes=", "Discard", IO_SERVICE_BYTES }, { "rios=", "Read", IO_SERVICED },
	{ "wios=", "Write", IO_SERVICED },	    { "dios=", "Discard", IO_SERVICED },
};

static void add_io_word(const char *p, size_t len, struct stat_io io, struct stat_ios *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(io_keys); i++) {
		size_t n = strlen(io_keys[i].key);

		if (len <= n || strncmp(p, io_keys[i].key, n) != 0 ||
		    !parse(p + n, len - n, &io.value))
			continue;
		(void)snprintf(io.op, sizeof(io.op), "%s", io_keys[i].op);
		add_io(&out[io_keys[i].kind], &io);
	}
}

void stats_io_stat(const char *text, struct stat_ios out[IO_KINDS])
{
	for (const char *line = text; *line; line = next_line(line)) {
		struct stat_io io = { 0 };
		const char *p = line;
		size_t len = word(&p);

		if (!parse_device(p, len, &io))
			continue;
		for (p += len; (len = word(&p)) > 0; p += len)
			add_io_word(p, len, io, out);
	}
}

/* ---- files ---- */

/* "1.25" in hundredths. */
static uint64_t hundredths(const char *text)
{
	size_t whole = strcspn(text, "." WHITE);
	uint64_t units = 0, cents = 0;

	if (!parse(text, whole, &units) || units > UINT32_MAX)
		return 0;
	if (text[whole] == '.')
		(void)parse(text + whole + 1, MIN(strcspn(text + whole + 1, WHITE), (size_t)2),
			    &cents);
	return units * 100 + MIN(cents, (uint64_t)99);
}

static void parse_waits(const char *line, struct stat_waits *w)
{
	const struct {
		const char *key;
		uint64_t *value;
	} averages[] = { { "avg10=", &w->avg10 },
			 { "avg60=", &w->avg60 },
			 { "avg300=", &w->avg300 } };
	static const char total[] = "total=";

	for (size_t len; (len = word(&line)) > 0; line += len) {
		for (size_t i = 0; i < ARRAY_SIZE(averages); i++)
			if (str_starts(line, averages[i].key))
				*averages[i].value = hundredths(line + strlen(averages[i].key));
		if (str_starts(line, total) &&
		    !parse(line + strlen(total), len - strlen(total), &w->total))
			w->total = 0;
	}
}

void stats_pressure(const char *text, struct stat_pressure *out)
{
	for (const char *line = text; *line; line = next_line(line)) {
		struct stat_waits *w = str_starts(line, "some ") ? &out->some :
				       str_starts(line, "full ") ? &out->full :
								   NULL;

		if (w)
			parse_waits(line + strlen("some"), w);
		out->known |= w != NULL;
	}
}

int stats_file(int dir, const char *name, struct str *out, struct err *e)
{
	int r = file_read(dir, name, FILE_MAX, out, e);

	/* Removed while it was open, or not counted by this kernel's configuration. */
	if (r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP)
		return 0;
	if (r < 0)
		return err_wrap(e, "cgroup statistics: ");
	str_add(out, "");
	return 1;
}

int stats_number_file(int dir, const char *name, uint64_t *out, struct err *e)
{
	autostr text = { 0 };
	int r = stats_file(dir, name, &text, e);

	if (r > 0)
		*out = stats_number(text.p);
	return MIN(r, 0);
}

static int compare_sizes(const void *a, const void *b)
{
	return strcmp(((const struct stat_hugetlb *)a)->size,
		      ((const struct stat_hugetlb *)b)->size);
}

static void add_size(struct cgroup_stats *s, const char *file, const char *marker)
{
	static const char prefix[] = "hugetlb.";
	size_t len = strlen(file), skip = strlen(prefix), end = strlen(marker);
	autofree char *size = NULL;

	if (len <= skip + end || !str_starts(file, prefix) || !str_eq(file + len - end, marker))
		return;
	size = xstrndup(file + skip, len - skip - end);
	/* Not the files of reservations, "2MB.rsvd". */
	if (!hugepage_size_is_valid(size))
		return;
	s->hugetlb = xrealloc(s->hugetlb, s->n_hugetlb + 1, sizeof(*s->hugetlb));
	s->hugetlb[s->n_hugetlb++] = (struct stat_hugetlb){ .size = TAKE(size) };
}

int stats_hugetlb_sizes(int dir, const char *marker, struct cgroup_stats *s, struct err *e)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!d) {
		int r = err_set(e, errno, "cgroup statistics: open the cgroup");

		(void)fd_close(fd);
		return r;
	}
	while ((entry = readdir(d)))
		add_size(s, entry->d_name, marker);
	closedir(d);
	if (s->n_hugetlb > 0)
		qsort(s->hugetlb, s->n_hugetlb, sizeof(*s->hugetlb), compare_sizes);
	return 0;
}
