/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/state.h"

#include "core/file.h"
#include "core/log.h"
#include "net/json_stream.h"
#include "orch/message.h"
#include "orch/operation.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct apply_args {
	char *topic;
	bool wait;
	struct state_args state;
};

static const struct opt apply_opts[] = {
	O_FLAG_("dry-run", 0, struct apply_args, state.dry_run,
		"of a state document, only say what would be done"),
	O_NETMAKER_ENV_(struct apply_args, state.netmaker_env),
	O_PRUNE_(struct apply_args, state.prune),
	O_STRING_("topic", 't', struct apply_args, topic, "TOPIC",
		  "what the messages ask for, whatever their \"action\" says"),
	O_FLAG_("wait", 'w', struct apply_args, wait,
		"wait until what was begun has ended, and let the exit status tell of it"),
	{ 0 },
};

struct apply {
	const struct orch *o;
	const struct apply_args *args;
	const char *input;
	bool failed;
	bool any;
};

static int print_ack(const struct str *ack, struct err *e)
{
	if (printf("%s\n", ack->p) < 0 || fflush(stdout) != 0)
		return err_set(e, errno, "write an acknowledgement");
	return 0;
}

/* Once a message was answered. */
static int finish(struct apply *a, struct message_result *result, const struct str *ack,
		  struct err *e)
{
	struct err failure = { 0 };
	int r = print_ack(ack, e);

	a->any = true;
	a->failed |= result->failed;
	if (r == 0 && result->device && a->args->wait &&
	    operation_wait(a->o, a->o->ns, result->device, &failure) < 0) {
		log_error("%s", failure.text);
		a->failed = true;
	}
	message_result_done(result);
	return r;
}

static int apply_message(struct apply *a, const struct json *message, struct err *e)
{
	struct message_result result;
	autostr ack = { 0 };

	message_handle(a->o, message, a->args->topic, &ack, &result);
	return finish(a, &result, &ack, e);
}

/* Messages know no such options. */
static int check_options(const struct apply *a, struct err *e)
{
	const struct state_args *s = &a->args->state;

	return s->dry_run || s->prune ? err_msg(e, EINVAL, "%s: is no state document", a->input) :
					0;
}

static int apply_document(struct apply *a, const char *text, size_t len, struct err *e)
{
	autostr document = { 0 };
	int r;

	str_add_bytes(&document, text, len);
	r = state_run(a->o, &a->args->state, &document, e);
	a->any = true;
	a->failed |= r > 0;
	return MIN(r, 0);
}

static int apply_text(struct apply *a, const char *text, size_t len, struct err *e)
{
	struct message_result result;
	autostr ack = { 0 };

	if (state_is_document(text, len))
		return apply_document(a, text, len, e);
	if (check_options(a, e) < 0)
		return -EINVAL;
	message_handle_text(a->o, text, len, a->args->topic, &ack, &result);
	return finish(a, &result, &ack, e);
}

/* What cannot even be cut into messages. */
static int refuse(struct apply *a, struct err *why, struct err *e)
{
	autostr ack = { 0 };

	a->failed = a->any = true;
	err_wrap(why, "Validation error: ");
	message_refuse(a->args->topic, why, &ack);
	return print_ack(&ack, e);
}

/* An array is read whole. */
static int apply_array(struct apply *a, int fd, struct str *text, struct err *e)
{
	const struct json *root;
	struct err why = { 0 };
	autojson *doc = NULL;
	int r = check_options(a, e);

	if (r < 0)
		return r;
	r = fd_read_all(fd, JSON_SIZE_MAX - text->len, text, &why);
	if (r == 0)
		r = json_parse(text->p, text->len, &doc, &why);
	if (r < 0)
		return refuse(a, &why, e);
	root = json_root(doc);
	for (size_t i = 0; r == 0 && i < root->n; i++)
		r = apply_message(a, &root->items[i], e);
	a->any = true;
	return r;
}

/* Returns 1 when the stream goes on, 0 when it is of no use any more. */
static int apply_stream(struct apply *a, struct json_stream *s, const char *bytes, size_t n,
			struct err *e)
{
	struct err why = { 0 };
	const char *text;
	size_t len;
	int next, r = 0;

	json_stream_feed(s, bytes, n);
	while (r == 0 && (next = json_stream_next(s, &text, &len, &why)) > 0)
		r = apply_text(a, text, len, e);
	if (r == 0 && next == -EBADMSG)
		err_msg(&why, EINVAL, "a message has to be an object");
	if (r == 0 && next < 0)
		return refuse(a, &why, e);
	return r < 0 ? r : 1;
}

static const char *first_byte(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isspace((unsigned char)bytes[i]))
			return &bytes[i];
	return NULL;
}

static int end_of_stream(struct apply *a, const struct json_stream *s, struct err *e)
{
	struct err why = { 0 };

	if (json_stream_is_partial(s))
		err_msg(&why, EINVAL, "the input ends within a message");
	else if (!a->any)
		err_msg(&why, EINVAL, "the input has no message");
	else
		return 0;
	return refuse(a, &why, e);
}

/* Messages are done as they come: the input may be a pipe that stays open. A state document may be
 * larger than they are. */
static int apply_input(struct apply *a, int fd, struct err *e)
{
	_cleanup_(json_stream_done) struct json_stream s = { .max = JSON_SIZE_MAX };
	bool begun = false;
	char bytes[65536];
	ssize_t n;
	int r = 1;

	while (r > 0 && (n = read(fd, bytes, sizeof(bytes))) != 0) {
		const char *first = n > 0 && !begun ? first_byte(bytes, (size_t)n) : NULL;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "read messages");
		if (first && *first == '[') {
			autostr text = { 0 };

			str_add_bytes(&text, bytes, (size_t)n);
			return apply_array(a, fd, &text, e);
		}
		begun |= first != NULL;
		r = apply_stream(a, &s, bytes, (size_t)n, e);
	}
	return r > 0 ? end_of_stream(a, &s, e) : r;
}

static int run_apply(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	autoorch o = { 0 };
	struct apply a = { .o = &o, .args = args, .input = argv[0] };
	autostr document = { 0 };
	autofd int file = -1;
	int fd = STDIN_FILENO, r = state_read(argv[0], &document, e);

	if (r < 0)
		return r;
	if (r == 1) {
		r = globals_orch(global, &o, e);
		return r < 0 ? r : state_run(&o, &a.args->state, &document, e);
	}
	if (!str_eq(argv[0], "-")) {
		fd = file = open(argv[0], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return err_set(e, errno, "open %s", argv[0]);
	}
	r = globals_orch(global, &o, e);
	if (r == 0)
		r = apply_input(&a, fd, e);
	return r < 0 ? r : a.failed;
}

const struct command cmd_apply = {
	.name = "apply",
	.synopsis = "FILE|-",
	.about = "Do what messages or a state document say.",
	.opts = apply_opts,
	.args_size = sizeof(struct apply_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_apply,
};
