/* What a database has to do for the store: run the statements of statements.def, in transactions, and see to it
 * that one process at a time writes and works on a scan. src/store/sqlite/ does it with a file.
 *
 * A back end for another database is one folder and one struct back. It translates the texts as far as its
 * dialect differs (?N is the N-th parameter), makes the tables of doc/store.md, and brings old ones up to date.
 * Nothing outside of its folder knows it. Its functions record what goes wrong in the store's sticky error, with a
 * sentence that names the store, and do nothing once there is one. */
#ifndef AJAR_STORE_BACK_H
#define AJAR_STORE_BACK_H

#include "base/span.h"
#include "store/store.h"

/* All that is ever asked. */
enum statement {
#define STATEMENT(name, text) SQL_##name,
#include "store/statements.def"
#undef STATEMENT
    STATEMENTS
};

/* A statement under way. */
struct query {
    struct store *store;
    void *stmt; /* of the back end; NULL: the query is over, or the store has failed. Nothing below is called then. */
};

struct back {
    const char *name;

    /* Opens the store at s->path into s->link and brings it up to date, or says why not. */
    bool (*open)(struct store *s, enum store_use use);
    /* Undoes what was not committed. Called also where open() failed. */
    void (*close)(struct store *s);

    /* Begins a transaction that alone may write, when those that wait already have had their turn. Waits as
     * store_on_wait() says: calls store_wait_begins() once and store_wait_on() until it returns false. */
    bool (*begin)(struct store *s);
    /* COMMIT or ROLLBACK; false leaves the transaction as it is. What was written and read is as one step: where
     * another process came in between, nothing is kept and the store fails. */
    bool (*end)(struct store *s, bool keep);
    /* Gives back the room of what was removed. Outside of a transaction, in a turn of its own. */
    void (*compact)(struct store *s);
    /* While this process lives and until it closes the store, no other works on the scan. False, without an error,
     * where another does. */
    bool (*claim)(struct store *s, int64_t scan);

    /* A statement ready for its parameters, all of which are bound anew. One that still has rows is not to be had a
     * second time: that is an error. */
    struct query (*query)(struct store *s, enum statement which);
    void (*bind_int)(struct query *q, int at, int64_t value);
    void (*bind_real)(struct query *q, int at, double value);
    /* Text is UTF-8. The bytes of both live until the query has run. */
    void (*bind_text)(struct query *q, int at, struct span text);
    void (*bind_blob)(struct query *q, int at, struct span bytes);
    /* True while there is a row; false at the end or after an error, and the query is over. */
    bool (*row)(struct query *q);
    void (*over)(struct query *q);
    /* Of the row at hand, columns from 0 on. A truth value is 0 or 1; NULL is 0, 0.0, an empty span. */
    int64_t (*get_int)(struct query *q, int column);
    double (*get_real)(struct query *q, int column);
    struct span (*get_span)(struct query *q, int column); /* valid until the next row */
    bool (*is_null)(struct query *q, int column);
    /* Runs a statement that adds one row, to the end: its new number, or 0 where it was not added. */
    int64_t (*added)(struct query *q);
    /* How many rows the statement that ended last has added, changed or removed. */
    uint64_t (*changed)(struct store *s);
};

extern const struct back BACK_SQLITE;

#endif
