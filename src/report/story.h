/* What the reports for people (HTML, Markdown) tell, collected while visits come in: what is open,
 * what is in it, whose, since when, how many alike, what to do first. The room's own header:
 * story.c collects, story_alike.c does certificates and fleets.
 *
 * All text in it was made visible (escape_tty): valid UTF-8 without control bytes and marks that
 * turn the reading direction. A format still escapes it for its own language. */
#ifndef AJAR_REPORT_STORY_H
#define AJAR_REPORT_STORY_H

#include "base/table.h"
#include "report/formats.h"
#include "report/history.h"

enum {
    STORY_BYTES_MAX = 512 * 1024 * 1024, /* what comes after is only counted */
    STORY_EVIDENCE_MAX = 16,
    STORY_LARGEST_MAX = 12,
    STORY_HOLDINGS_MAX = 8,
    STORY_REASONS_MAX = 12,
    STORY_PLACES_MAX = 24,   /* endpoints named of one certificate or fleet */
    STORY_TEXT_MAX = 2048,   /* bytes of foreign text; longer is cut and says so */
    STORY_FIX_MAX = 16384,
};

struct story_evidence {
    struct span key, value, ask, shows;
};

struct story_collection {
    struct span name;
    int64_t records, bytes;
};

/* Findings of one rule, severity and product share one job. */
struct story_group {
    enum severity severity;
    struct span rule, title, product, fix;
    struct story_row *first; /* whom `fix` was written for */
    size_t count, at;        /* after story_sort(): the rows are rows[at .. at + count) */
    int64_t records, bytes;  /* the sum of what is known, or COUNT_UNKNOWN */
    int64_t most;            /* records of the largest */
};

struct story_row {
    struct story_group *group;
    struct endpoint endpoint; /* without its name */
    char fingerprint[FINGERPRINT_MAX];
    struct span where, what, name, owner, why;
    struct span fix; /* empty: that of the group fits */
    const char *state; /* "" where the finding speaks of no service */
    bool tls;
    int64_t collections, records, bytes;
    struct story_evidence *evidence;
    size_t evidence_count, evidence_left; /* kept; not kept */
    struct story_collection *largest;
    size_t largest_count;
    bool is_new;               /* a history is there and knows nothing of it */
    int64_t first_ms, since_ms; /* first ever seen; open without a break since */
    size_t reopened;
    int64_t accepted_until_ms; /* COUNT_UNKNOWN: not accepted */
    struct span accepted_why;
};

/* One open service, for the charts. */
struct story_holding {
    struct span where, what;
    int64_t records, bytes;
};

struct story_places {
    struct span listed[STORY_PLACES_MAX];
    uint64_t count;
};

struct story_certificate {
    struct span subject, issuer, names, key;
    int64_t not_after_ms; /* COUNT_UNKNOWN where it was not stated */
    bool self_signed;
    struct story_places places;
};

/* Services of one product and version that share one private key. */
struct story_fleet {
    struct span key_hash, product, version, subject;
    int64_t not_after_ms;
    int64_t records, bytes;
    uint64_t open;
    struct story_places places;
};

struct story_reason {
    struct span text;
    uint64_t count;
};

struct story {
    struct report_run run;
    struct arena arena;
    struct buf scratch;
    struct table groups_by_key, certificates_by_hash, fleets_by_key;
    LIST_OF(struct story_group *) groups;
    LIST_OF(struct story_row *) rows;
    LIST_OF(struct story_certificate *) certificates;
    LIST_OF(struct story_fleet *) fleets; /* also those of one service */
    struct story_holding by_records[STORY_HOLDINGS_MAX], by_bytes[STORY_HOLDINGS_MAX]; /* largest first */
    size_t by_records_count, by_bytes_count;
    uint64_t outcomes[OUTCOME_UNCLEAR + 1];
    int64_t open_records, open_bytes; /* of open services, as they say; saturating */
    uint64_t severities[SEVERITY_CRITICAL + 1];
    struct story_reason reasons[STORY_REASONS_MAX];
    uint64_t other_reasons;
    uint64_t unkept; /* findings that had no room */
};

void story_init(struct story *s, const struct report_run *run);
void story_release(struct story *s);
void story_visit(struct story *s, const struct visit *v, const struct finding *f, size_t findings);
/* Puts groups in the order to work in (worst first, then the most data, then the most places), their
 * rows likewise, certificates by end and fleets by size. */
void story_sort(struct story *s);

/* ---- for story_alike.c ---- */

/* Visible text, cut at `max` bytes of `foreign`. */
struct span story_keep(struct story *s, struct span foreign, size_t max);
void story_alike(struct story *s, const struct visit *v);
void story_sort_alike(struct story *s);
/* a + b, where COUNT_UNKNOWN adds nothing. */
int64_t story_sum(int64_t a, int64_t b);

#endif
