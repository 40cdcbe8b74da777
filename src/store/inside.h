/* What the files of the store share: the connection with its sticky error, cached queries, the
 * dictionary. The room's own header. */
#ifndef AJAR_STORE_INSIDE_H
#define AJAR_STORE_INSIDE_H

#include "base/table.h"
#include "store/back.h"

enum { FIXES_CACHED = 64, WORDS_NEAR = 256, PLAN_BYTES_MAX = 64 << 20 };

/* The end of a visit as it is stored; never renumbered. */
enum stored_end {
    STORED_ANSWERED,
    STORED_REFUSED,
    STORED_SILENT,
    STORED_FAILED,
    STORED_SKIPPED,
    STORED_FILTERED
};

/* Words and texts by their numbers, and the other way round (words.c). */
struct dictionary {
    struct arena arena;
    struct table words;
    const char **texts; /* by number; NULL where not read yet */
    size_t cap;
    struct {
        const char *text;
        int64_t id;
    } near[WORDS_NEAR]; /* words used last, in front of the table */
    struct {
        struct buf text;
        int64_t id; /* 0 = none */
    } fixes[FIXES_CACHED]; /* texts used last */
};

struct ledger; /* ledger.h */

struct store {
    const struct back *back;
    void *link; /* the back end's own; NULL where it is not open */
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
    struct dictionary words;

    struct ledger *ledger;
    /* The scan that history is written for; 0 = none runs. */
    struct {
        int64_t scan, started_ms;
    } now;
    struct scan_endings endings; /* what history concluded in it */

    struct buf facts, collections; /* of one observation, packed */
    store_ending_of *ending;       /* or NULL */
    const void *ending_self;
    bool accepts; /* whether any finding is accepted; known where accepts_known */
    bool accepts_known;
};

static inline bool store_ok(const struct store *s)
{
    return s->error.text[0] == '\0';
}

/* Copies the sticky error; returns whether there is none. */
bool store_told(const struct store *s, struct error *e);

/* ---- waiting for another process, for the back end ---- */

void store_wait_begins(struct store *s);
/* Sleeps a little; false where there is no patience left. */
bool store_wait_on(struct store *s);
/* Fails for that reason. Returns false. */
bool store_held(struct store *s);

/* ---- one query: back.h, that can be called when the store has failed or there is no row ---- */

static inline struct query query(struct store *s, enum statement which)
{
    return s->back->query(s, which);
}
static inline void query_int(struct query *q, int at, int64_t value)
{
    if (q->stmt)
        q->store->back->bind_int(q, at, value);
}
static inline void query_real(struct query *q, int at, double value)
{
    if (q->stmt)
        q->store->back->bind_real(q, at, value);
}
static inline void query_text(struct query *q, int at, struct span text)
{
    if (q->stmt)
        q->store->back->bind_text(q, at, text);
}
static inline void query_blob(struct query *q, int at, struct span bytes)
{
    if (q->stmt)
        q->store->back->bind_blob(q, at, bytes);
}
static inline bool query_row(struct query *q)
{
    return q->stmt && q->store->back->row(q);
}
static inline void query_end(struct query *q)
{
    if (q->stmt)
        q->store->back->over(q);
}
static inline int64_t query_get(struct query *q, int column)
{
    return q->stmt ? q->store->back->get_int(q, column) : 0;
}
static inline double query_get_real(struct query *q, int column)
{
    return q->stmt ? q->store->back->get_real(q, column) : 0;
}
static inline bool query_is_null(struct query *q, int column)
{
    return !q->stmt || q->store->back->is_null(q, column);
}
static inline struct span query_span(struct query *q, int column)
{
    return q->stmt ? q->store->back->get_span(q, column) : SPAN_NONE;
}
/* An int64, or COUNT_UNKNOWN for NULL. */
static inline int64_t query_get_or_unknown(struct query *q, int column)
{
    return query_is_null(q, column) ? COUNT_UNKNOWN : query_get(q, column);
}
/* Runs to the end; false where that fails. */
static inline bool query_run(struct query *q)
{
    while (query_row(q))
        continue;
    return store_ok(q->store);
}
/* Runs a statement that adds a row; its number, 0 where it was not added. */
static inline int64_t query_added(struct query *q)
{
    return q->stmt ? q->store->back->added(q) : 0;
}
/* The one value of the first row, or `none`. */
static inline int64_t query_value(struct query *q, int64_t none)
{
    int64_t value = query_row(q) ? query_get(q, 0) : none;
    query_end(q);
    return value;
}

/* ---- batches, dictionary ---- */

bool store_batch(struct store *s); /* begins one unless it runs */
/* Ends it, if it runs; `keep`: what was written stays. */
bool store_batch_end(struct store *s, bool keep);
void dictionary_init(struct dictionary *d);
void dictionary_release(struct dictionary *d);
/* The number of a word; 0 for NULL or an empty one. */
int64_t store_word(struct store *s, const char *word);
int64_t store_text(struct store *s, struct span text);
/* NULL for 0 and for a number that is no word's. Lies in the arena. */
const char *store_word_text(struct store *s, int64_t id, struct arena *a);
/* The same; lives as long as the store. */
const char *store_word_kept(struct store *s, int64_t id);

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
