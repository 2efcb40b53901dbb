/* SPDX-License-Identifier: Apache-2.0 */
/**
 * message.h - messages of the cloud: the envelope, the rules of fields, the acknowledgement.
 *
 * Texts of errors are the cloud agent's. Unknown fields are ignored; an explicit null counts as
 * absent where a field is optional.
 */
#ifndef ORCH_MESSAGE_H
#define ORCH_MESSAGE_H

#include "core/json.h"
#include "orch/orch.h"

#define MESSAGE_SIZE_MAX (1u << 20) /* of one message; who reads them holds to it */

enum message_kind {
	MESSAGE_STRING,
	MESSAGE_TEXT, /* a string that is not empty */
	MESSAGE_NUMBER,
	MESSAGE_BOOL,
	MESSAGE_LIST,
	MESSAGE_OBJECT,
	MESSAGE_DATETIME,
};
enum { MESSAGE_REQUIRED = 1 };

/* One field of a topic's contract. */
struct message_rule {
	const char *name;
	enum message_kind kind;
	unsigned flags;
};

/* Checks an object against rules. Returns 0 or -EINVAL with the cloud agent's text. */
int message_check(const struct json *m, const struct message_rule *rules, size_t n, struct err *e);

/* A member's text or value, for what message_check has passed; NULL, or @otherwise, when absent. */
const char *message_text(const struct json *m, const char *name);
bool message_bool(const struct json *m, const char *name, bool otherwise);
const struct json *message_get(const struct json *m, const char *name); /* NULL for null, too */

/* The device_id of a message as a container's name, checked. */
int message_device(const struct json *m, const char **name, struct err *e);

/**
 * struct message_result - what became of a message.
 */
struct message_result {
	bool failed;  /* the ack tells of an error */
	char *device; /* operation_wait() for this container tells the outcome; NULL: it is known */
};
void message_result_done(struct message_result *r);

/**
 * message_handle - do what a message says, and answer it.
 * @message: any JSON value: what is no message is answered, too
 * @topic: NULL: what its "action" says
 * @ack: the acknowledgement is appended, one line of JSON without a newline
 *
 * Quick, except for those topics of which message_waits() tells: these take up to a minute, and who
 * serves others meanwhile lets a process of its own do them (orchctl apply --topic T -). Creating
 * and deleting is left to a worker (operation.h).
 */
void message_handle(const struct orch *o, const struct json *message, const char *topic,
		    struct str *ack, struct message_result *result);
/* The same for a text that may not even be JSON. */
void message_handle_text(const struct orch *o, const char *text, size_t len, const char *topic,
			 struct str *ack, struct message_result *result);
/* The acknowledgement of what was never understood. */
void message_refuse(const char *topic, const struct err *e, struct str *ack);
bool message_waits(const char *topic);
/* A topic's action, or NULL: the topic of this message. */
const char *message_topic(const struct json *message, const char *topic);

#endif
