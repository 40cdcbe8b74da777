/* The ledger: what a scan was to ask, who asks it, and what of it is done. What was seen is history (visit.c, life.c);
 * of that the ledger knows nothing, and history knows of the ledger only the scan that it is written for.
 *
 * A place is done when the transaction that stored its visit is committed, for both are one transaction: whoever goes
 * on with the scan, from whatever copy of the messages, stores it once. */
#ifndef AJAR_STORE_LEDGER_H
#define AJAR_STORE_LEDGER_H

#include "store/inside.h"

/* A part of a scan is a row of its own: a range of its places, which of them are done, who works on it and until when
 * that holds. Today a scan is one part; several writers would take a part each. Within a part what is done is one set
 * (runs.h), nearly always a single run with a few holes, which costs a commit less than a row a place. */
enum { REASONS_MAX = 256, ONLY_PART = 0, WORKER_MAX = 128 };

struct reason {
    enum stored_end end;
    int64_t why;    /* a word */
    uint64_t count; /* since the last commit */
};

/* Of the running scan. */
struct ledger {
    uint64_t total;
    struct runs places; /* that are done */
    struct scan_sums sums;
    int64_t batch; /* how many were committed: who commits upon another number comes too late */
    struct reason reasons[REASONS_MAX];
    size_t reason_count;
    struct buf journal; /* places as bytes, for the next commit */
    int tail_fd;        /* -1 = none */
    int64_t tail_bytes;
};

/* NULL where memory is out. */
struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/* Notes in the batch that the place of the visit is done. *ret_new: it was not before; else nothing is to be stored. */
bool ledger_take(struct store *s, const struct visit *v, bool *ret_new);
/* Counts visits that get no row of their own. */
void ledger_count(struct store *s, enum stored_end end, const char *why, uint64_t count);

/* ---- the tail (ledger_tail.c) ---- */

/* After a commit: it holds nothing that is not stored. */
void tail_forget(struct ledger *l);
void tail_close(struct ledger *l);
void tail_remove(struct store *s, int64_t scan);
/* An earlier process left one: what follows is not to be written over it. */
bool tail_resume(struct store *s, int64_t scan);

#endif
