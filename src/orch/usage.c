/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/usage.h"

#include "core/file.h"
#include "core/record.h"
#include "orch/store.h"

#include <fcntl.h>
#include <time.h>

struct sample {
	int64_t timestamp;
	uint64_t cpu;
	uint64_t memory;
};

struct history {
	uint64_t busy, total; /* of the last sample */
	struct sample *samples;
	size_t n;
};

static const struct field sample_fields[] = {
	F_INT("timestamp", struct sample, timestamp, 0, INT64_MAX, FIELD_REQUIRED),
	F_UINT("cpu", struct sample, cpu, UINT64_MAX, FIELD_REQUIRED),
	F_UINT("memory", struct sample, memory, UINT64_MAX, FIELD_REQUIRED),
};
static const struct record sample_record = RECORD(struct sample, "usage", sample_fields);

static const struct field history_fields[] = {
	F_UINT("busy", struct history, busy, UINT64_MAX, FIELD_REQUIRED),
	F_UINT("total", struct history, total, UINT64_MAX, FIELD_REQUIRED),
	F_LIST("samples", struct history, samples, n, &sample_record, FIELD_REQUIRED),
};
static const struct record history_record = RECORD(struct history, "usage", history_fields);

static void history_done(struct history *h)
{
	record_done(&history_record, h);
}

static char *path_of(const struct orch *o, const char *key)
{
	return xasprintf("%s/usage/%s.json", o->run_dir, key);
}

static uint64_t percent(const struct history *h, const struct usage_counters *now)
{
	/* Counters that went backwards are those of something new by the same name. */
	bool goes_on = now->busy >= h->busy && now->total > h->total;
	uint64_t busy = goes_on ? now->busy - h->busy : now->busy;
	uint64_t total = goes_on ? now->total - h->total : now->total;

	return total > 0 ? (uint64_t)(100.0 * (double)busy / (double)total + 0.5) : 0;
}

static void append(struct history *h, const struct usage_counters *now)
{
	size_t drop = h->n >= USAGE_SAMPLES_MAX ? h->n - USAGE_SAMPLES_MAX + 1 : 0;

	if (drop > 0) {
		h->n -= drop;
		memmove(h->samples, h->samples + drop, h->n * sizeof(*h->samples));
	}
	h->samples = xrealloc(h->samples, h->n + 1, sizeof(*h->samples));
	h->samples[h->n++] = (struct sample){ time(NULL), percent(h, now), now->memory_mb };
	h->busy = now->busy;
	h->total = now->total;
}

/* A damaged history is no loss: it begins anew. */
static void load(const char *path, struct history *h)
{
	autostr text = { 0 };

	if (file_read(AT_FDCWD, path, JSON_SIZE_MAX, &text, NULL) == 0 && text.p)
		(void)record_parse(&history_record, text.p, text.len, h, NULL);
}

int usage_sample(const struct orch *o, const char *key, const struct usage_counters *now,
		 struct json_doc **out, struct err *e)
{
	_cleanup_(history_done) struct history h = { 0 };
	autofree char *dir = xasprintf("%s/usage", o->run_dir);
	autofree char *path = path_of(o, key);
	autojsonout *made = json_out_new(NULL);
	const char *text;
	size_t len;
	int r = dir_make_all(dir, 0700, e);

	if (r < 0)
		return r;
	load(path, &h);
	append(&h, now);
	record_encode(&history_record, &h, made);
	text = json_out_text(made, &len);
	r = file_replace(AT_FDCWD, path, 0600, text, len, 0, e);
	return r < 0 ? r : json_parse(text, len, out, e);
}

int usage_forget(const struct orch *o, const char *key, struct err *e)
{
	autofree char *path = path_of(o, key);

	return store_remove(path, e);
}

static void put_list(struct json_out *ack, const struct history *h, const struct period *p,
		     const char *list, const char *member, size_t offset)
{
	json_out_name(ack, list);
	json_out_array(ack);
	for (size_t i = 0; i < h->n; i++) {
		const struct sample *s = &h->samples[i];

		if (s->timestamp < p->from || s->timestamp > p->to)
			continue;
		json_out_object(ack);
		json_out_name(ack, "timestamp");
		json_out_i64(ack, s->timestamp);
		json_out_name(ack, member);
		json_out_u64(ack, *(const uint64_t *)((const char *)s + offset));
		json_out_end(ack);
	}
	json_out_end(ack);
}

void usage_put(struct json_out *ack, const struct json *samples, const struct period *cpu,
	       const struct period *memory)
{
	_cleanup_(history_done) struct history h = { 0 };

	if (samples)
		(void)record_decode(&history_record, samples, &h, NULL); /* ours, just written */
	put_list(ack, &h, cpu, "cpu_usage", "cpu", offsetof(struct sample, cpu));
	put_list(ack, &h, memory, "memory_usage", "memory", offsetof(struct sample, memory));
}
