/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ovsdb.h - transactions with an OVSDB server, and the values in its rows (RFC 7047).
 */
#ifndef NET_OVSDB_H
#define NET_OVSDB_H

#include "core/json.h"
#include "core/record.h"
#include "net/jsonrpc.h"

/* The text of "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" with its NUL. */
#define OVSDB_UUID_SIZE 37

/**
 * A transaction that is being written: its operations, one after the other.
 *
 *   autoovsdbtxn t = ovsdb_txn_new("Open_vSwitch");
 *   ovsdb_op(&t, "mutate", "Bridge");
 *   ovsdb_where(&t, "name", "==", "br0");
 *   ...
 *   ovsdb_op_end(&t);
 */
struct ovsdb_txn {
	struct json_out *out; /* for the members that have no function here */
	size_t n;	      /* operations so far: the next one's number */
};
struct ovsdb_txn ovsdb_txn_new(const char *database);
void ovsdb_txn_done(struct ovsdb_txn *t);
#define autoovsdbtxn _cleanup_(ovsdb_txn_done) struct ovsdb_txn

/* Opens an operation, and closes it. */
void ovsdb_op(struct ovsdb_txn *t, const char *op, const char *table);
void ovsdb_op_end(struct ovsdb_txn *t);
/* The member "where": one condition on a text or a uuid; or every row. */
void ovsdb_where(struct ovsdb_txn *t, const char *column, const char *function, const char *text);
void ovsdb_where_uuid(struct ovsdb_txn *t, const char *column, const char *function,
		      const char *uuid);
void ovsdb_where_all(struct ovsdb_txn *t);
/* The member "columns", names up to a NULL. */
void ovsdb_columns(struct ovsdb_txn *t, const char *const *columns);
/* The member "mutations", of one: insert a uuid into a set, or delete it. @kind: "uuid", or
 * "named-uuid" for what this transaction inserts. */
void ovsdb_mutate_set(struct ovsdb_txn *t, const char *column, const char *mutator,
		      const char *kind, const char *uuid);

/* Values: ["uuid", U] or ["named-uuid", N], and ["map", [[k, v]...]]. */
void ovsdb_put_uuid(struct json_out *o, const char *kind, const char *uuid);
void ovsdb_put_map(struct json_out *o, const struct strmap *map);

/**
 * ovsdb_transact - have a transaction done.
 * @t: ended here; free it and make another
 * @out: the answer; ovsdb_result finds an operation's part of it
 *
 * Every element of the result is looked at: the error of one operation, or of the commit in an
 * element of its own, is this function's error, in the server's words; nothing is done then.
 *
 * Returns: 0; -ETIME, an operation "wait" found no match in its time; -EEXIST, a name is taken
 * already ("constraint violation"); -ENOENT, a row is not there any more ("referential integrity
 * violation"); -EPROTO, any other error of an operation; or what jsonrpc_call returns.
 */
int ovsdb_transact(struct jsonrpc *db, struct ovsdb_txn *t, int timeout_ms, struct json_doc **out,
		   struct err *e);

/* ---- reading answers, pure ---- */

/* Is this the result of n operations, without an error? Returns 0 or an error as above. */
int ovsdb_check(const struct json *result, size_t n, struct err *e);
/* The result of operation i of a checked answer. */
const struct json *ovsdb_result(const struct json_doc *answer, size_t i);
/* Its rows, an array; without any when it has none. */
const struct json *ovsdb_rows(const struct json_doc *answer, size_t i);
/* How many rows an operation changed; 0 when it does not say. */
int64_t ovsdb_count(const struct json_doc *answer, size_t i);

/* A set: any number of values; one of them may stand for itself. What is no set has one, itself. */
size_t ovsdb_set_size(const struct json *value);
const struct json *ovsdb_set_item(const struct json *value, size_t i);
/* NULL when it is not what the name says. A text or number of an optional column (a set of at most
 * one), and a uuid's text, which is checked to be one. */
const char *ovsdb_text(const struct json *row, const char *column);
const char *ovsdb_uuid(const struct json *value);
bool ovsdb_number(const struct json *row, const char *column, int64_t *out);
bool ovsdb_integer(const struct json *value, int64_t *out);
/* A map of texts; what is none reads as empty. Heap. */
struct strmap ovsdb_map(const struct json *row, const char *column);

#endif
