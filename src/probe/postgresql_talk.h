/* What the parts of the PostgreSQL probe share: its messages, and the session that they run in.
 * Private to src/probe/postgresql*.c. */
#ifndef AJAR_PROBE_POSTGRESQL_TALK_H
#define AJAR_PROBE_POSTGRESQL_TALK_H

#include "base/list.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    PG_MESSAGE_MAX = 64 * 1024, /* one message; real ones here stay below 2 KiB */
    PG_ROWS_MAX = 1000,         /* the LIMIT of every query */
    PG_CELLS_MAX = 6,
    PG_ANY_COLUMNS = 0, /* one or more: the console of PgBouncer has other columns in each version */
    PG_NAME_MAX = 63, /* NAMEDATALEN - 1 */
};

/* One simple Query message. */
#define PG_QUERY(ask_name, reason, sql)                                                            \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_BYTES("Q"), ASK_BE(4, 2, 3, 4), ASK_BYTES(sql "\0") },                      \
    }

struct pg_message {
    uint8_t type;
    struct span body;
};

/* False where the wire faulted; a length that is none breaks the protocol. */
bool pg_read(struct wire *w, struct pg_message *m);

/* ErrorResponse: the SQLSTATE is the same in every language, the text is not. `routine` names the
 * function of PostgreSQL's source that refused; poolers and other products mostly send none. */
struct pg_error {
    struct span code, message, routine;
};

/* ErrorResponse and NoticeResponse: fields of one type byte and one C string, ended by a NUL. */
bool pg_error_parse(struct span body, struct pg_error *ret);

/* What an Authentication message asks for, "none" for AuthenticationOk; NULL where it is none. */
const char *pg_auth_parse(struct span body);

struct pg_row {
    struct span cell[PG_CELLS_MAX]; /* empty for NULL */
};

struct pg_rows {
    LIST_OF(struct pg_row) list;
};

/* A DataRow of so many columns; those beyond PG_CELLS_MAX are read and left out. */
bool pg_row_parse(struct span body, size_t columns, struct pg_row *ret);

/* Asks and reads a whole result set of so many columns. False where the server refused the
 * query (the session then goes on) or the wire faulted. At most PG_ROWS_MAX rows: more break the
 * protocol, since every query has its LIMIT. */
bool pg_query(struct wire *w, const struct ask *a, size_t columns, struct pg_rows *ret);

/* A whole number, or COUNT_UNKNOWN. */
int64_t pg_number(struct span cell);

#endif
