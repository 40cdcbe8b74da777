/* An SQLite database as its tables. The file is hostile: no view, no trigger and no virtual table is asked,
 * functions of the schema are not trusted, and nothing can be written. */
#include "unpack/unpack.h"

#include <sqlite3.h>
#include <stdio.h>

enum { STEPS_BETWEEN_LOOKS = 1 << 20, LOOKS_MAX = 1 << 14, COLUMNS_SHOWN_MAX = 1000 };

sqlite3 *database_open(int fd)
{
    char uri[64];
    sqlite3 *db = NULL;
    /* immutable: no journal is looked for, no lock taken. */
    snprintf(uri, sizeof(uri), "file:/proc/self/fd/%d?immutable=1", fd);
    if (sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}

sqlite3 *database_over(struct span bytes)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_deserialize(db, "main", (unsigned char *)(uintptr_t)bytes.at, (sqlite3_int64)bytes.len,
                            (sqlite3_int64)bytes.len, SQLITE_DESERIALIZE_READONLY) == SQLITE_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}

void database_close(sqlite3 *db)
{
    sqlite3_close(db);
}

static int look(void *self)
{
    return ++*(unsigned *)self > LOOKS_MAX;
}

static void put_row(sqlite3_stmt *row, int columns, struct sink *s)
{
    for (int i = 0; i < columns; i++) {
        const void *text = sqlite3_column_type(row, i) == SQLITE_BLOB ? NULL
                                                                      : sqlite3_column_text(row, i);
        size_t n = text ? (size_t)sqlite3_column_bytes(row, i) : 0;
        if (i)
            (void)sink_data(s, SPAN(","));
        (void)sink_cell(s, span_of(text, n));
    }
    (void)sink_data(s, SPAN("\n"));
}

static bool put_table(sqlite3 *db, const char *name, struct sink *s)
{
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", name);
    sqlite3_stmt *rows = NULL;
    int rc = sql ? sqlite3_prepare_v2(db, sql, -1, &rows, NULL) : SQLITE_NOMEM;
    int columns = rc == SQLITE_OK ? sqlite3_column_count(rows) : 0;
    columns = columns < COLUMNS_SHOWN_MAX ? columns : COLUMNS_SHOWN_MAX;
    sqlite3_free(sql);
    if (rc == SQLITE_OK && sink_begin(s, "table")) {
        for (int i = 0; i < columns; i++) {
            const char *column = sqlite3_column_name(rows, i);
            (void)sink_data(s, i ? SPAN(",") : SPAN_NONE);
            (void)sink_cell(s, column ? span_str(column) : SPAN_NONE);
        }
        (void)sink_data(s, SPAN("\n"));
        while (!s->over && (rc = sqlite3_step(rows)) == SQLITE_ROW)
            put_row(rows, columns, s);
        sink_end(s);
    }
    sqlite3_finalize(rows);
    return rc == SQLITE_DONE || rc == SQLITE_OK || s->over;
}

void unpack_database(sqlite3 *db, struct sink *s)
{
    static const char TABLES[] = "SELECT name FROM sqlite_schema WHERE type='table' AND rootpage>0 "
                                 "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    sqlite3_stmt *names = NULL;
    unsigned looks = 0;
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20);
    sqlite3_progress_handler(db, STEPS_BETWEEN_LOOKS, look, &looks);
    int rc = sqlite3_prepare_v2(db, TABLES, -1, &names, NULL);
    bool fine = rc == SQLITE_OK;
    while (fine && !s->over && (rc = sqlite3_step(names)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(names, 0);
        fine = name && put_table(db, name, s);
    }
    sqlite3_finalize(names);
    if (!fine || (!s->over && rc != SQLITE_DONE))
        sink_fault(s, "the database is damaged; what could be read of it counts");
}
