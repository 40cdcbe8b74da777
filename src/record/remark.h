/* What a scan left out, cut short or noticed about its way: no fact about one endpoint, yet nothing
 * that a reader of the report may miss. Plain data; travels from the sweeper to the keeper. */
#ifndef AJAR_RECORD_REMARK_H
#define AJAR_RECORD_REMARK_H

#include "base/buf.h"
#include "base/reader.h"

enum remark_kind {
    REMARK_UNRESOLVED, /* a name that leads to no address: nothing of it was asked */
    REMARK_CUT,        /* a ceiling left out a part of what was named */
    REMARK_MIDDLEBOX,  /* something on the way answers for others */
    REMARK_LOSS,       /* packets were lost on the way, and with them perhaps services */
    REMARK_BUDGET,     /* a budget of time, memory or connections was used up */
    REMARK_SCOPE,      /* what the scope left out, or let in by nothing but a name */
    REMARK_HISTORY,    /* what became of findings of earlier scans that this one did not show */
    REMARK_FOLLOWED,   /* endpoints that answers named, and that were asked beside those planned */
};

enum { REMARK_ABOUT_MAX = 255, REMARK_TEXT_MAX = 1024, REMARK_ENCODED_MAX = 16 + REMARK_ABOUT_MAX + REMARK_TEXT_MAX };

struct remark {
    enum remark_kind kind;
    struct span about; /* the name, address or network; foreign text */
    struct span text;  /* one sentence without its full stop; may hold foreign text */
    uint64_t count;    /* of what `text` speaks of: endpoints, addresses; 0 = nothing is counted */
    bool incomplete;   /* what was asked for was not looked at whole */
};

/* "unresolved", "cut", "middlebox", "loss", "budget", "scope", "history", "followed". */
const char *remark_kind_name(enum remark_kind k);

/* u8 kind, u8 incomplete, u64 count, then u8 length and `about`, u16 length and `text`; integers are
 * little-endian, texts longer than their limits are cut. */
void remark_encode(struct buf *out, const struct remark *r);
/* The texts point into the reader's bytes. False where they are no remark. */
bool remark_decode(struct reader *r, struct remark *ret);

#endif
