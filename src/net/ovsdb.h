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
 * A transaction that is being written: one JSON array, of the database's name and the operations.
 *
 *   autojsonout *t = ovsdb_begin();
 *   ovsdb_op(t, "select", "Bridge");
 *   ovsdb_where(t, "name", "==", "br0");
 *   json_out_end(t);
 */
struct json_out *ovsdb_begin(void);
/* Opens an operation; its further members and json_out_end follow. */
void ovsdb_op(struct json_out *t, const char *op, const char *table);
/* The member "where": one condition on a text; on every row; on the row with this uuid. */
void ovsdb_where(struct json_out *t, const char *column, const char *function, const char *value);
void ovsdb_where_all(struct json_out *t);
void ovsdb_where_uuid(struct json_out *t, const char *uuid);
/* The member "columns", names up to a NULL. */
void ovsdb_columns(struct json_out *t, const char *const *columns);
/* Values: ["uuid", U], ["named-uuid", N], ["map", [[k, v]...]]. */
void ovsdb_put_uuid(struct json_out *t, const char *uuid);
void ovsdb_put_named(struct json_out *t, const char *name);
void ovsdb_put_map(struct json_out *t, const struct strmap *map);

/**
 * ovsdb_transact - have a transaction done.
 * @t: as far as it was written; ended here
 * @out: the answer; ovsdb_result finds an operation's part of it
 *
 * Every element of the result is looked at: the error of one operation, or of the commit in an
 * element of its own, is this function's error, in the server's words; nothing is done then.
 *
 * Returns: 0; -ETIME, an operation "wait" found no match in its time; -EEXIST, a name is taken
 * already ("constraint violation"); -ENOENT, a row is not there any more ("referential integrity
 * violation"); -EPROTO, any other error of an operation; or what jsonrpc_call returns.
 */
int ovsdb_transact(struct jsonrpc *db, struct json_out *t, int timeout_ms, struct json_doc **out,
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

/* A set: any number of values, which may stand alone when there is one. @each is the i-th of n. */
size_t ovsdb_set_size(const struct json *value);
const struct json *ovsdb_set_item(const struct json *value, size_t i);
/* NULL when it is not what the name says. A text or number of an optional column (a set of at most
 * one), and a uuid's text, which is checked to be one. */
const char *ovsdb_text(const struct json *row, const char *column);
const char *ovsdb_uuid(const struct json *value);
bool ovsdb_number(const struct json *row, const char *column, int64_t *out);
/* A map of texts; what is none reads as empty. Heap. */
struct strmap ovsdb_map(const struct json *row, const char *column);

#endif
