/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rdt_stats.h"

#include "core/file.h"
#include "core/num.h"
#include "core/strv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_MAX 65536
#define DOMAINS_MAX 4096

void rdt_stats_done(struct rdt_stats *s)
{
	free(s->cbm_mask);
	free(s->l3_root);
	free(s->l3);
	free(s->mb_root);
	free(s->mb);
	free(s->domains);
	*s = (struct rdt_stats){ 0 };
}

/* The file's text without the newline; heap, NULL when there is none. */
static char *text_of(int dir, const char *path)
{
	autostr text = { 0 };

	if (file_read(dir, path, TEXT_MAX, &text, NULL) < 0 || !text.p)
		return NULL;
	text.p[strcspn(text.p, "\n")] = '\0';
	return str_take(&text);
}

static uint64_t number_of(int dir, const char *path)
{
	autofree char *text = text_of(dir, path);
	uint64_t n = 0;

	if (text)
		(void)num_parse_u64(text, UINT64_MAX, path, &n, NULL);
	return n;
}

bool rdt_has_l3(int root)
{
	return faccessat(root, "info/L3/cbm_mask", F_OK, 0) == 0;
}

bool rdt_has_mb(int root)
{
	return faccessat(root, "info/MB/min_bandwidth", F_OK, 0) == 0;
}

static void read_info(int root, struct rdt_stats *s)
{
	autostr features = { 0 };

	s->has_l3 = rdt_has_l3(root);
	if (s->has_l3) {
		s->cbm_mask = text_of(root, "info/L3/cbm_mask");
		s->min_cbm_bits = number_of(root, "info/L3/min_cbm_bits");
		s->l3_classes = number_of(root, "info/L3/num_closids");
	}
	s->has_mb = rdt_has_mb(root);
	if (s->has_mb) {
		s->bandwidth_gran = number_of(root, "info/MB/bandwidth_gran");
		s->delay_linear = number_of(root, "info/MB/delay_linear");
		s->min_bandwidth = number_of(root, "info/MB/min_bandwidth");
		s->mb_classes = number_of(root, "info/MB/num_closids");
	}
	if (file_read(root, "info/L3_MON/mon_features", TEXT_MAX, &features, NULL) == 0 &&
	    features.p) {
		s->has_mbm = strstr(features.p, "mbm_") != NULL;
		s->has_cmt = strstr(features.p, "llc_occupancy") != NULL;
	}
}

static void read_lines(int root, const char *path, char **l3, char **mb)
{
	autostr text = { 0 };

	if (file_read(root, path, TEXT_MAX, &text, NULL) < 0 || !text.p)
		return;
	*l3 = rdt_line_of(text.p, "L3");
	*mb = rdt_line_of(text.p, "MB");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the monitored caches, sorted. */
static char **domain_names(DIR *d)
{
	struct strv_builder names = { 0 };
	const struct dirent *entry;
	char **v;

	while ((entry = readdir(d)))
		if (str_starts(entry->d_name, "mon_L3_") && names.n < DOMAINS_MAX)
			strv_builder_add(&names, xstrdup(entry->d_name));
	v = strv_builder_take(&names);
	qsort(v, strv_len(v), sizeof(*v), by_name);
	return v;
}

static int read_domains(int root, const char *path, struct rdt_stats *s, struct err *e)
{
	int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autostrv char **names = NULL;
	DIR *d;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "open %s of resctrl", path);
	d = fdopendir(fd); /* takes it */
	if (!d) {
		(void)fd_close(fd);
		return err_set(e, errno, "read %s of resctrl", path);
	}
	names = domain_names(d);
	s->domains = xcalloc(strv_len(names) + 1, sizeof(*s->domains));
	for (char **name = names; *name; name++) {
		autofd int one = openat(fd, *name, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (one < 0)
			continue; /* a cache that went offline */
		s->domains[s->n_domains++] = (struct rdt_domain){
			.mbm_total = number_of(one, "mbm_total_bytes"),
			.mbm_local = number_of(one, "mbm_local_bytes"),
			.llc_occupancy = number_of(one, "llc_occupancy"),
		};
	}
	closedir(d);
	return 0;
}

int rdt_stats_read(int root, const struct rdt *r, const char *id, struct rdt_stats *out,
		   struct err *e)
{
	const char *class = str_eq(r->clos, "/") ? "." : r->clos;
	autofree char *schemata = xasprintf("%s/schemata", class);
	autofree char *group = r->monitored ? xasprintf("%s/mon_groups/%s/mon_data", class, id) :
					      xasprintf("%s/mon_data", class);
	struct rdt_stats s = { 0 };
	int ret = 0;

	read_info(root, &s);
	read_lines(root, "schemata", &s.l3_root, &s.mb_root);
	read_lines(root, schemata, &s.l3, &s.mb);
	if (s.has_mbm || s.has_cmt)
		ret = read_domains(root, group, &s, e);
	if (ret < 0)
		rdt_stats_done(&s);
	else
		*out = s;
	return ret;
}

/* ---- printing ---- */

static void text(struct json_out *o, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	json_out_name(o, name);
	json_out_string(o, value);
}

static void number(struct json_out *o, const char *name, uint64_t value)
{
	json_out_name(o, name);
	json_out_u64(o, value);
}

static void nonzero(struct json_out *o, const char *name, uint64_t value)
{
	if (value)
		number(o, name, value);
}

static void encode_l3(const struct rdt_stats *s, struct json_out *o)
{
	json_out_name(o, "l3_cache_info");
	json_out_object(o);
	text(o, "cbm_mask", s->cbm_mask);
	nonzero(o, "min_cbm_bits", s->min_cbm_bits);
	nonzero(o, "num_closids", s->l3_classes);
	json_out_end(o);
	text(o, "l3_cache_schema_root", s->l3_root);
	text(o, "l3_cache_schema", s->l3);
}

static void encode_mb(const struct rdt_stats *s, struct json_out *o)
{
	json_out_name(o, "mem_bw_info");
	json_out_object(o);
	nonzero(o, "bandwidth_gran", s->bandwidth_gran);
	nonzero(o, "delay_linear", s->delay_linear);
	nonzero(o, "min_bandwidth", s->min_bandwidth);
	nonzero(o, "num_closids", s->mb_classes);
	json_out_end(o);
	text(o, "mem_bw_schema_root", s->mb_root);
	text(o, "mem_bw_schema", s->mb);
}

static void encode_domains(const struct rdt_stats *s, struct json_out *o)
{
	if (s->has_mbm) {
		json_out_name(o, "mbm_stats");
		json_out_array(o);
		for (size_t i = 0; i < s->n_domains; i++) {
			json_out_object(o);
			number(o, "mbm_total_bytes", s->domains[i].mbm_total);
			number(o, "mbm_local_bytes", s->domains[i].mbm_local);
			json_out_end(o);
		}
		json_out_end(o);
	}
	if (s->has_cmt) {
		json_out_name(o, "cmt_stats");
		json_out_array(o);
		for (size_t i = 0; i < s->n_domains; i++) {
			json_out_object(o);
			number(o, "llc_occupancy", s->domains[i].llc_occupancy);
			json_out_end(o);
		}
		json_out_end(o);
	}
}

void rdt_stats_encode(const struct rdt_stats *s, struct json_out *o)
{
	json_out_object(o);
	if (s->has_l3)
		encode_l3(s, o);
	if (s->has_mb)
		encode_mb(s, o);
	encode_domains(s, o);
	json_out_end(o);
}
