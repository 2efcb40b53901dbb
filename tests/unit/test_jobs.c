/* SPDX-License-Identifier: Apache-2.0 */
#include "core/str.h"
#include "orch/serve/jobs.h"
#include "test.h"

/* What the answerer's answer was, as it is passed on. */
struct asked {
	struct str ack;
	unsigned n;
};

static int on_ack(const char *ack, size_t len, void *data)
{
	struct asked *a = data;

	CHECK_INT(strlen(ack), len);
	str_addf(&a->ack, "%s|", ack);
	return --a->n == 0; /* the end of the loop */
}

static void ask(struct jobs *j, struct asked *a, const char *message)
{
	const struct job_request request = { .topic = "get_device_status",
					     .message = message,
					     .len = strlen(message),
					     .fn = on_ack,
					     .data = a };

	a->n++;
	CHECK_INT(jobs_add(j, &request), 0);
}

static void run(char *script, const char *second, struct asked *a)
{
	char *const argv[] = { (char *)"/bin/sh", (char *)"-c", script, NULL };
	char *const env[] = { (char *)"PATH=/bin:/usr/bin", NULL };
	struct err e = { 0 };
	struct loop *l = loop_new(&e);
	struct jobs *j = jobs_new(l, argv, env);

	ask(j, a, "{\"correlation_id\":7}");
	CHECK_INT(loop_run(l, &e), 1);
	if (second) {
		ask(j, a, second);
		CHECK_INT(loop_run(l, &e), 1);
	}
	jobs_free(j);
	loop_free(l);
}

/* The caller is told so, and the answerer goes on. */
TEST(an_answer_that_is_too_large)
{
	struct asked a = { 0 };

	run((char *)"read x; head -c 9000000 /dev/zero | tr '\\0' x; echo; read x; echo '{}'", "{}",
	    &a);
	CHECK_STR(a.ack.p,
		  "{\"action\":\"get_device_status\",\"correlation_id\":7,\"status\":\"error\","
		  "\"error\":\"It was done, but the answer has more than 8388608 bytes\"}|"
		  "{}|");
	str_done(&a.ack);
}

TEST(an_answerer_that_dies)
{
	struct asked a = { 0 };

	run((char *)"read x; exit 1", NULL, &a);
	CHECK_HAS(a.ack.p, "\"error\":\"The process that did this ended before it was done\"");
	str_done(&a.ack);
}

TEST_MAIN
