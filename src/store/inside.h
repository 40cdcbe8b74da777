/* What the files of the store share: the connection with its sticky error, cached queries, the
 * dictionary. The room's own header. */
#ifndef AJAR_STORE_INSIDE_H
#define AJAR_STORE_INSIDE_H

#include <sqlite3.h>

#include "base/table.h"
#include "store/store.h"

enum { REASONS_MAX = 256, FIXES_CACHED = 64, WORDS_NEAR = 256, PLAN_BYTES_MAX = 64 << 20 };

enum statement {
#define STATEMENT(name, text) SQL_##name,
#include "store/statements.def"
#undef STATEMENT
    STATEMENTS
};

/* What belongs to an endpoint has numbers that begin with the endpoint's: its observations and its
 * findings lie side by side and need no index. */
enum { ID_BITS = 16 };
static inline int64_t id_first(int64_t endpoint)
{
    return endpoint << ID_BITS;
}
static inline int64_t id_last(int64_t endpoint)
{
    return (endpoint << ID_BITS) + (1 << ID_BITS) - 1;
}

/* The end of a visit as it is stored; never renumbered. */
enum stored_end {
    STORED_ANSWERED,
    STORED_REFUSED,
    STORED_SILENT,
    STORED_FAILED,
    STORED_SKIPPED,
    STORED_FILTERED
};

struct reason {
    enum stored_end end;
    int64_t why;    /* a word */
    uint64_t count; /* since the last commit */
};

struct store {
    sqlite3 *db;
    struct error error; /* sticky; empty = fine */
    enum store_trouble trouble; /* where that is STORE_BUSY or STORE_OVER */
    char path[STORE_PATH_MAX];
    bool in_batch;
    struct {
        bool (*each)(void *self, bool first); /* NULL = nobody is told */
        void *self;
        int64_t since_ms, tell_ms; /* of the wait that is or was last */
        bool told;
    } wait;
    sqlite3_stmt *statements[STATEMENTS]; /* prepared when first used */
    struct arena arena; /* of the dictionary */
    struct table words;
    const char **word_texts; /* by number; NULL where not read yet */
    size_t word_cap;
    struct buf facts, collections; /* of one observation, packed */
    struct {
        const char *text;
        int64_t id;
    } near[WORDS_NEAR]; /* words used last, in front of the table */
    struct {
        struct buf text;
        int64_t id; /* 0 = none */
    } fixes[FIXES_CACHED]; /* texts used last */
    store_ending_of *ending; /* or NULL */
    const void *ending_self;
    bool accepts; /* whether any finding is accepted; known where accepts_known */
    bool accepts_known;

    /* The running scan; 0 = none. */
    int64_t scan, started_ms;
    uint64_t total;
    int lock_fd; /* -1 = none */
    int tail_fd; /* -1 = none */
    int64_t tail_bytes;
    struct runs places;
    struct scan_sums sums;
    struct scan_endings endings;
    struct reason reasons[REASONS_MAX];
    size_t reason_count;
    struct buf journal;
};

/* ---- one query ---- */

struct query {
    struct store *store;
    sqlite3_stmt *stmt; /* NULL once the store has failed: all of the below is then a no-op */
};

static inline bool store_ok(const struct store *s)
{
    return s->error.text[0] == '\0';
}

/* Copies the sticky error; returns whether there is none. */
bool store_told(const struct store *s, struct error *e);
/* Records what SQLite complains about, unless there is an error already. Returns false. */
bool store_fail(struct store *s, int code);
/* Runs statements without results. */
bool store_run(struct store *s, const char *sql);

/* A statement ready for its parameters. One that still has rows is not to be had a second time: that is an error. */
struct query query(struct store *s, enum statement which);
void query_int(struct query *q, int at, int64_t value);
/* The bytes must live until the query has run. */
void query_text(struct query *q, int at, struct span text);
void query_blob(struct query *q, int at, struct span bytes);
/* True while there is a row; false at the end, and the query is over. */
bool query_row(struct query *q);
/* Runs to the end; false where that fails. */
bool query_run(struct query *q);
void query_end(struct query *q);
static inline int64_t query_get(struct query *q, int column)
{
    return q->stmt ? sqlite3_column_int64(q->stmt, column) : 0;
}
static inline bool query_is_null(struct query *q, int column)
{
    return !q->stmt || sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}
/* Bytes of text or blob, valid until the next row. */
static inline struct span query_span(struct query *q, int column)
{
    const void *at = q->stmt ? sqlite3_column_blob(q->stmt, column) : NULL;
    return at ? span_of(at, (size_t)sqlite3_column_bytes(q->stmt, column)) : SPAN_NONE;
}
/* An int64, or COUNT_UNKNOWN for NULL. */
static inline int64_t query_get_or_unknown(struct query *q, int column)
{
    return query_is_null(q, column) ? COUNT_UNKNOWN : query_get(q, column);
}
/* The one value of the first row, or `none`. */
int64_t query_value(struct query *q, int64_t none);

/* Opens the file at s->path and brings it up to date, or says why not. */
bool store_open_file(struct store *s, enum store_use use);
/* Brings the file up to date, or says why it is not to be touched. */
bool store_migrate(struct store *s, enum store_use use);
/* Whether the file is one that can be read, perhaps after it was brought up to date. */
bool store_is_readable(struct store *s, bool *ret_old);
/* SQLite asks: the store is locked, by a process that need not be of Ajar; try again? Not zero: yes. */
int store_busy(void *store, int times);

/* ---- batches, dictionary ---- */

/* The right to write, which no other process has until it is given back. */
bool store_turn(struct store *s);
void store_turn_end(struct store *s);
bool store_batch(struct store *s); /* begins one unless it runs */
/* Ends it with COMMIT or ROLLBACK, if it runs. */
bool store_batch_end(struct store *s, const char *how);
/* The number of a word; 0 for NULL or an empty one. */
int64_t store_word(struct store *s, const char *word);
int64_t store_text(struct store *s, struct span text);
/* NULL for 0 and for a number that is no word's. Lies in the arena. */
const char *store_word_text(struct store *s, int64_t id, struct arena *a);
/* The same; lives as long as the store. */
const char *store_word_kept(struct store *s, int64_t id);

/* Takes the lock of a running scan; false where another process has it. */
bool store_lock_scan(struct store *s, int64_t id);

/* ---- the tail ---- */

void tail_forget(struct store *s);
void tail_close(struct store *s);
void tail_remove(struct store *s, int64_t scan);
bool tail_resume(struct store *s, int64_t scan);

/* ---- lives ---- */

/* An endpoint of the store. */
struct known_endpoint {
    int64_t id;            /* 0 = none */
    int64_t answered_scan; /* when it last answered; 0 = never */
    bool is_new;           /* stored by this visit */
};

/* Findings of one visit: opens, keeps and closes exposures, and fills the findings' lives. `seen`
 * are the stored observations of the visit's. */
bool life_of_visit(struct store *s, const struct known_endpoint *at, const struct visit *v,
                   const int64_t *seen, struct finding *f, size_t findings, int64_t now_ms);
/* What a visit that was not asked to its end says of what is open there: it was not seen. */
bool life_of_failed(struct store *s, const struct known_endpoint *at, const char *why);
/* At the end of a scan: a silent port of a host that answered elsewhere may be behind a filter. */
bool life_of_filtered(struct store *s);

/* The facts and collections of an observation out of their packed form. */
void read_packed(struct store *s, struct span facts, struct span collections, struct arena *a, struct observation *o);
/* Reads one observation with its facts and collections. */
bool read_observation(struct store *s, int64_t id, struct arena *a, struct observation *o);

enum { FINGERPRINT_TYPED_MIN = 4 };
/* The bounds of all fingerprints that start with the digits; false where they are no digits, or too few. */
bool fingerprint_bounds(const char *prefix, uint8_t first[16], uint8_t last[16]);
void fingerprint_bytes(const char *text, uint8_t ret[16]);
void fingerprint_text(struct span bytes, char ret[static FINGERPRINT_MAX]);

#endif
