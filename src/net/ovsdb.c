/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ovsdb.h"

#include <errno.h>

/* ---- writing ---- */

struct ovsdb_txn ovsdb_txn_new(const char *database)
{
	struct ovsdb_txn t = { .out = json_out_new(NULL) };

	json_out_array(t.out);
	json_out_string(t.out, database);
	return t;
}

void ovsdb_txn_done(struct ovsdb_txn *t)
{
	json_out_free(t->out);
}

void ovsdb_op(struct ovsdb_txn *t, const char *op, const char *table)
{
	t->n++;
	json_out_object(t->out);
	json_out_name(t->out, "op");
	json_out_string(t->out, op);
	json_out_name(t->out, "table");
	json_out_string(t->out, table);
}

void ovsdb_op_end(struct ovsdb_txn *t)
{
	json_out_end(t->out);
}

static void open_where(struct ovsdb_txn *t, const char *column, const char *function)
{
	json_out_name(t->out, "where");
	json_out_array(t->out);
	json_out_array(t->out);
	json_out_string(t->out, column);
	json_out_string(t->out, function);
}

static void close_where(struct ovsdb_txn *t)
{
	json_out_end(t->out);
	json_out_end(t->out);
}

void ovsdb_where(struct ovsdb_txn *t, const char *column, const char *function, const char *text)
{
	open_where(t, column, function);
	json_out_string(t->out, text);
	close_where(t);
}

void ovsdb_where_uuid(struct ovsdb_txn *t, const char *column, const char *function,
		      const char *uuid)
{
	open_where(t, column, function);
	ovsdb_put_uuid(t->out, "uuid", uuid);
	close_where(t);
}

void ovsdb_where_all(struct ovsdb_txn *t)
{
	json_out_name(t->out, "where");
	json_out_array(t->out);
	json_out_end(t->out);
}

void ovsdb_columns(struct ovsdb_txn *t, const char *const *columns)
{
	json_out_name(t->out, "columns");
	json_out_array(t->out);
	for (; *columns; columns++)
		json_out_string(t->out, *columns);
	json_out_end(t->out);
}

void ovsdb_mutate_set(struct ovsdb_txn *t, const char *column, const char *mutator,
		      const char *kind, const char *uuid)
{
	json_out_name(t->out, "mutations");
	json_out_array(t->out);
	json_out_array(t->out);
	json_out_string(t->out, column);
	json_out_string(t->out, mutator);
	ovsdb_put_uuid(t->out, kind, uuid);
	json_out_end(t->out);
	json_out_end(t->out);
}

void ovsdb_put_uuid(struct json_out *o, const char *kind, const char *uuid)
{
	json_out_array(o);
	json_out_string(o, kind);
	json_out_string(o, uuid);
	json_out_end(o);
}

void ovsdb_put_map(struct json_out *o, const struct strmap *map)
{
	json_out_array(o);
	json_out_string(o, "map");
	json_out_array(o);
	for (size_t i = 0; i < map->n; i++) {
		json_out_array(o);
		json_out_string(o, map->v[i].name);
		json_out_string(o, map->v[i].value);
		json_out_end(o);
	}
	json_out_end(o);
	json_out_end(o);
}

/* ---- the answer ---- */

/* RFC 7047, 5.2: the errors that a caller can do something about. */
static const struct name errors[] = {
	{ "timed out", ETIME },
	{ "constraint violation", EEXIST },
	{ "referential integrity violation", ENOENT },
	{ NULL, 0 },
};

static int operation_error(const struct json *element, const struct json *error, struct err *e)
{
	const struct json *details = json_get(element, "details");
	int64_t num = EPROTO;

	if (error->type != JSON_STRING)
		return err_msg(e, EPROTO, "an operation failed, the server does not say why");
	(void)names_find(errors, error->text, &num);
	if (details && details->type == JSON_STRING)
		return err_msg(e, (int)num, "%s: %s", error->text, details->text);
	return err_msg(e, (int)num, "%s", error->text);
}

int ovsdb_check(const struct json *result, size_t n, struct err *e)
{
	if (!result || result->type != JSON_ARRAY)
		return err_msg(e, EBADMSG, "the result of a transaction is no array");
	for (size_t i = 0; i < result->n; i++) {
		const struct json *error = json_get(&result->items[i], "error");

		if (error && error->type != JSON_NULL)
			return operation_error(&result->items[i], error, e);
	}
	if (result->n != n)
		return err_msg(e, EBADMSG, "%zu results for %zu operations", result->n, n);
	for (size_t i = 0; i < n; i++)
		if (result->items[i].type != JSON_OBJECT)
			return err_msg(e, EBADMSG, "the result of an operation is no object");
	return 0;
}

int ovsdb_transact(struct jsonrpc *db, struct ovsdb_txn *t, int timeout_ms, struct json_doc **out,
		   struct err *e)
{
	autojson *answer = NULL;
	int r;

	json_out_end(t->out);
	r = jsonrpc_call(db, "transact", json_out_text(t->out, NULL), timeout_ms, &answer, e);
	if (r < 0)
		return r;
	r = ovsdb_check(json_get(json_root(answer), "result"), t->n, e);
	if (r < 0)
		return r;
	*out = TAKE(answer);
	return 0;
}

const struct json *ovsdb_result(const struct json_doc *answer, size_t i)
{
	return &json_get(json_root(answer), "result")->items[i];
}

const struct json *ovsdb_rows(const struct json_doc *answer, size_t i)
{
	static const struct json none = { .type = JSON_ARRAY };
	const struct json *rows = json_get(ovsdb_result(answer, i), "rows");

	return rows && rows->type == JSON_ARRAY ? rows : &none;
}

int64_t ovsdb_count(const struct json_doc *answer, size_t i)
{
	int64_t count = 0;

	(void)ovsdb_number(ovsdb_result(answer, i), "count", &count);
	return count;
}
