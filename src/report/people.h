/* Which kinds of personal data open services hold, counted while visits come in: told by the names of
 * fields (facts personal.*, doc/facts.md) or confirmed in a random sample (sample.*, doc/sample.md).
 * No value of anybody is among these facts, only kinds and counts. The room's own header. */
#ifndef AJAR_REPORT_PEOPLE_H
#define AJAR_REPORT_PEOPLE_H

#include "base/arena.h"
#include "report/report.h"

enum {
    PEOPLE_KINDS_MAX = 128,  /* kinds that are kept; there are fewer types of personal data */
    PEOPLE_EACH_MAX = 64,    /* kinds that one fact may name */
    PEOPLE_TEXT_MAX = 100,   /* bytes of one name; longer is cut and ends in "..." */
    PEOPLE_LEAD_MAX = 5      /* kinds in a sentence */
};

struct people_kind {
    struct span name; /* visible (escape_tty) */
    bool sampled;     /* confirmed in a sample; else told by names of fields */
    unsigned rank;    /* what is worse comes first */
    size_t first;     /* the order of being seen, a last resort */
    uint64_t services;
    int64_t records;                 /* all that those services hold, or COUNT_UNKNOWN */
    int64_t persons_low;             /* of those services; COUNT_UNKNOWN where none was estimated */
    int64_t persons_high;            /* COUNT_UNKNOWN: nobody knows how many more */
    uint64_t persons_unbounded, turn; /* services without an upper end; the last observation that was counted */
};

struct people {
    struct people_kind kinds[PEOPLE_KINDS_MAX]; /* after people_sort(): the most services first */
    size_t count;
    bool left;               /* there were more kinds */
    uint64_t told, sampled;  /* services whose names of fields say so; that a sample confirmed */
    uint64_t drawn;          /* services of which records were drawn at all */
    uint64_t turns;
};

/* Counts in an observation; of others than open ones, nothing. */
void people_see(struct people *p, const struct observation *o, struct arena *a, struct buf *scratch);
void people_sort(struct people *p);
/* "12 hold fields of personal data: resident ID number, name, mobile number and 2 more kinds. A random
 * sample of 2 confirmed personal data: e-mail address; of 1,455 to 1,500 persons. ", or nothing. `open`
 * is how many services are open; `put` writes the names of kinds, escaped for the format. */
void people_lead(const struct people *p, uint64_t open, void (*put)(struct buf *, struct span), struct buf *out);
/* "1,455 to 1,500", "at least 1,455", or nothing. */
void people_persons(const struct people_kind *k, struct buf *out);
/* "names of fields", "random sample" */
const char *people_how(const struct people_kind *k);
/* What was read of records, for the sentence of conduct: "no record was read", or that a sample was. */
const char *people_conduct(const struct people *p);

#endif
