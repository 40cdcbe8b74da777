/* Statements as SQLite runs them. */
#include <errno.h>

#include "store/sqlite/sqlite.h"

/* ---- errors ---- */

bool sqlite_fail(struct store *s, int code)
{
    if (!store_ok(s))
        return false;
    switch (code & 0xff) {
    case SQLITE_FULL:
        return error_set(&s->error, "%s: no space is left on its disk", s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return store_held(s);
    case SQLITE_NOTADB:
        return error_set(&s->error, "%s: it is no store of Ajar", s->path);
    case SQLITE_CORRUPT:
        return error_set(&s->error, "%s: the file is damaged: %s", s->path, sqlite3_errmsg(sqlite_db(s)));
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_set(&s->error, "%s: it may not be written", s->path);
    case SQLITE_CANTOPEN:
        return error_set(&s->error, "%s: %s", s->path,
                         errno ? strerror(errno) : "it cannot be opened");
    case SQLITE_IOERR:
        return error_set(&s->error, "%s: its disk fails: %s", s->path,
                         errno == ENOSPC ? "no space is left"
                         : errno         ? strerror(errno)
                                         : sqlite3_errmsg(sqlite_db(s)));
    case SQLITE_NOMEM:
        return error_set(&s->error, "%s: no memory", s->path);
    default:
        return error_set(&s->error, "%s: %s", s->path,
                         sqlite_db(s) ? sqlite3_errmsg(sqlite_db(s)) : sqlite3_errstr(code));
    }
}

bool sqlite_run(struct store *s, const char *sql)
{
    if (!store_ok(s))
        return false;
    int code = sqlite3_exec(sqlite_db(s), sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fail(s, code);
}

int64_t sqlite_value(struct store *s, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t value = 0;
    int code = store_ok(s) ? sqlite3_prepare_v2(sqlite_db(s), sql, -1, &stmt, NULL) : SQLITE_OK;
    if (stmt && (code = sqlite3_step(stmt)) == SQLITE_ROW)
        value = sqlite3_column_int64(stmt, 0);
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
        sqlite_fail(s, code);
    sqlite3_finalize(stmt);
    return value;
}

/* ---- one query ---- */

struct query sqlite_query(struct store *s, enum statement which)
{
    static const char *const TEXTS[STATEMENTS] = {
#define ADDED_ID "" /* RETURNING would do, at twice the price of the insertion */
#define STATEMENT(name, text) [SQL_##name] = text,
#include "store/statements.def"
#undef STATEMENT
#undef ADDED_ID
    };
    struct sqlite *link = s->link;
    sqlite3_stmt **stmt = &link->statements[which];
    if (!store_ok(s))
        return (struct query){ s, NULL };
    if (*stmt && sqlite3_stmt_busy(*stmt)) {
        error_set(&s->error, "%s: a question was asked again before it was answered: %s", s->path, TEXTS[which]);
        return (struct query){ s, NULL };
    }
    if (!*stmt) {
        int code = sqlite3_prepare_v3(link->db, TEXTS[which], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
        if (code != SQLITE_OK)
            sqlite_fail(s, code);
    }
    return (struct query){ s, *stmt };
}

void sqlite_over(struct query *q)
{
    sqlite3_reset(q->stmt);
    q->stmt = NULL;
}

static void bound(struct query *q, int code)
{
    if (code == SQLITE_OK)
        return;
    sqlite_fail(q->store, code);
    sqlite_over(q);
}

void sqlite_bind_int(struct query *q, int at, int64_t value)
{
    bound(q, sqlite3_bind_int64(q->stmt, at, value));
}

void sqlite_bind_real(struct query *q, int at, double value)
{
    bound(q, sqlite3_bind_double(q->stmt, at, value));
}

void sqlite_bind_text(struct query *q, int at, struct span text)
{
    const char *bytes = text.len ? (const char *)text.at : "";
    bound(q, sqlite3_bind_text64(q->stmt, at, bytes, text.len, SQLITE_STATIC, SQLITE_UTF8));
}

void sqlite_bind_blob(struct query *q, int at, struct span bytes)
{
    bound(q, sqlite3_bind_blob64(q->stmt, at, bytes.len ? (const void *)bytes.at : "", bytes.len, SQLITE_STATIC));
}

bool sqlite_row(struct query *q)
{
    errno = 0;
    int code = sqlite3_step(q->stmt);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        sqlite_fail(q->store, code);
    sqlite_over(q);
    return false;
}

int64_t sqlite_get_int(struct query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

double sqlite_get_real(struct query *q, int column)
{
    return sqlite3_column_double(q->stmt, column);
}

struct span sqlite_get_span(struct query *q, int column)
{
    const void *at = sqlite3_column_blob(q->stmt, column);
    return at ? span_of(at, (size_t)sqlite3_column_bytes(q->stmt, column)) : SPAN_NONE;
}

bool sqlite_is_null(struct query *q, int column)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

int64_t sqlite_added(struct query *q)
{
    struct store *s = q->store;
    while (sqlite_row(q))
        continue;
    return store_ok(s) && sqlite3_changes64(sqlite_db(s)) ? sqlite3_last_insert_rowid(sqlite_db(s)) : 0;
}

uint64_t sqlite_changed(struct store *s)
{
    return (uint64_t)sqlite3_changes64(sqlite_db(s));
}
