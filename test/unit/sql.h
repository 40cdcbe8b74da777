/* A number that SQL finds in a store, past the store's own statements. */
#ifndef AJAR_TEST_SQL_H
#define AJAR_TEST_SQL_H

#include "unit/check.h"

#include "store/sqlite/sqlite.h"

static inline int64_t sql_number(struct store *s, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(sqlite_db(s), sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(sqlite_db(s)));
    int64_t value = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
    sqlite3_finalize(stmt);
    return value;
}

#endif
