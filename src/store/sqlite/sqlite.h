/* The store in a file of SQLite: what the files of this folder share. They implement back.h, whose comments say what
 * each function does. */
#ifndef AJAR_STORE_SQLITE_H
#define AJAR_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/inside.h"

/* Of a connection, in KiB: pages that are in use again and again. Of one that writes tables anew, so that indexes of
 * random keys do not go through the log page by page. */
#define SQLITE_CACHE "PRAGMA cache_size = -12288;"
#define SQLITE_CACHE_MIGRATING "PRAGMA cache_size = -262144;"

/* What s->link points to. */
struct sqlite {
    sqlite3 *db;
    int lock_fd; /* -1 = none */
    sqlite3_stmt *statements[STATEMENTS]; /* prepared when first used */
};

static inline sqlite3 *sqlite_db(const struct store *s)
{
    return ((struct sqlite *)s->link)->db;
}

/* Records what SQLite complains about, unless there is an error already. Returns false. */
bool sqlite_fail(struct store *s, int code);
/* Runs statements without results. */
bool sqlite_run(struct store *s, const char *sql);
/* The first number that a statement of the moment gives, 0 without any. */
int64_t sqlite_value(struct store *s, const char *sql);

/* Brings the file up to date, or says why it is not to be touched. */
bool sqlite_migrate(struct store *s, enum store_use use);
/* Whether the file is one that can be read, perhaps after it was brought up to date. */
bool sqlite_is_readable(struct store *s, bool *ret_old);

/* turn.c */
bool sqlite_begin(struct store *s);
bool sqlite_end(struct store *s, bool keep);
void sqlite_compact(struct store *s);
bool sqlite_claim(struct store *s, int64_t scan);

/* query.c */
struct query sqlite_query(struct store *s, enum statement which);
void sqlite_bind_int(struct query *q, int at, int64_t value);
void sqlite_bind_real(struct query *q, int at, double value);
void sqlite_bind_text(struct query *q, int at, struct span text);
void sqlite_bind_blob(struct query *q, int at, struct span bytes);
bool sqlite_row(struct query *q);
void sqlite_over(struct query *q);
int64_t sqlite_get_int(struct query *q, int column);
double sqlite_get_real(struct query *q, int column);
struct span sqlite_get_span(struct query *q, int column);
bool sqlite_is_null(struct query *q, int column);
int64_t sqlite_added(struct query *q);
uint64_t sqlite_changed(struct store *s);

#endif
