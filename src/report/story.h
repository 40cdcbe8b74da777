/* What the reports for people (terminal, HTML, Markdown) tell, collected while visits come in: what is
 * open, what is in it, whose, since when, how many alike, what to do first. The one collector: a
 * format only prints. The room's own header: story.c collects, story_alike.c does owners, certificates
 * and fleets.
 *
 * Sentences in it are in the reader's language (base/say.h), names as their peers wrote them.
 *
 * All text in it was made visible (escape_tty): valid UTF-8 without control bytes and marks that
 * turn the reading direction. A format still escapes it for its own language. */
#ifndef AJAR_REPORT_STORY_H
#define AJAR_REPORT_STORY_H

#include "base/table.h"
#include "record/services.h"
#include "report/formats.h"
#include "report/people.h"
#include "report/remarks.h"
#include "report/unknown.h"

enum {
    STORY_BYTES_MAX = 512 * 1024 * 1024, /* some 400,000 rows; what comes after is only counted */
    STORY_EVIDENCE_MAX = 16,
    STORY_LARGEST_MAX = 12,
    STORY_HOLDINGS_MAX = 8,
    STORY_REASONS_MAX = 12,
    STORY_PLACES_MAX = 24,   /* endpoints named of one certificate or fleet */
    STORY_TEXT_MAX = 2048,   /* bytes of foreign text; longer is cut and says so */
    STORY_FIX_MAX = 16384,
    STORY_OWNERS_MAX = 8,    /* attributions of one finding */
    STORY_SINCES_MAX = 8,    /* dated evidence of one finding */
    STORY_FLEETS_MAX = 200,  /* worst first */
    STORY_MEMBERS_MAX = 100, /* of one fleet, worst first */
    STORY_CLOSED_MAX = 500,  /* findings that this scan proved closed */
};

struct story_evidence {
    struct span key, value, ask, shows;
};

struct story_collection {
    struct span name;
    int64_t records, bytes;
};

/* Who may answer for it, and what says so. */
struct story_owner {
    struct span how, who;
    enum strength strength;
};

/* Open by then, and what says so. */
struct story_since {
    struct span source, text;
    int64_t at_ms;
    enum strength strength;
};

/* Somebody who answers for findings: an owner of the scope file, or a guess. */
struct story_party {
    struct span who, how, tier, contact; /* `how` empty: the scope file says so */
    enum strength strength;
    enum severity worst;
    size_t findings;
    uint64_t open;          /* services */
    int64_t records, bytes; /* of those */
};

/* Findings of one rule, severity and product share one job. */
struct story_group {
    enum severity severity;
    struct span rule, title, product, fix;
    bool is_door;            /* as in struct finding */
    struct story_row *first; /* whom `fix` was written for */
    size_t count, at;        /* after story_sort(): the rows are rows[at .. at + count) */
    bool varied;             /* the fixes of the others name other ports or addresses */
    int64_t records, bytes;  /* the sum of what is known, or COUNT_UNKNOWN */
    int64_t most;            /* records of the largest */
    unsigned tier;           /* rank of the first in line; see tier_rank() */
    size_t detailed;         /* so many of its rows are shown in full; set by html.c */
};

struct story_row {
    struct story_group *group; /* NULL: a service without a finding */
    struct endpoint endpoint;  /* without its name */
    char fingerprint[FINGERPRINT_MAX];
    struct span where, what, name, why;
    struct span host; /* the name that was asked for, or the first of the certificate */
    struct span fix; /* empty: that of the group fits */
    const char *state; /* "" where the finding speaks of no service */
    bool tls;
    int64_t collections, records, bytes;
    bool at_least; /* these are lower bounds: printed with a "+" */
    struct story_evidence *evidence;
    size_t evidence_count, evidence_left; /* kept; not kept */
    struct story_collection *largest;
    size_t largest_count;
    struct story_party *party; /* NULL: nobody is known */
    struct span whose;         /* words_whose() */
    unsigned tier;
    size_t in_group; /* after story_sort(): which of its group's rows it is */
    struct story_owner *owners;
    size_t owner_count;
    int64_t outside_ms;     /* others see it from outside since then, or COUNT_UNKNOWN */
    struct story_since *since;
    size_t since_count;
    int64_t proven_ms;      /* the best of `since` that goes further back than `life`, or COUNT_UNKNOWN */
    enum strength proven;   /* how surely it was open by then */
    struct span proven_by;  /* the source that says so */
    struct finding_life life;
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

struct story_member {
    struct span where, what;
    const char *state;
    enum severity severity;
    char worst[FINGERPRINT_MAX]; /* of its worst finding, or "" */
    int64_t records, bytes;
};

/* Set up as copies of each other. */
struct story_fleet {
    char fingerprint[FINGERPRINT_MAX];
    struct span counts, reasons; /* sentences */
    enum severity severity;
    double score;
    uint64_t count, open;
    int64_t records, bytes;
    int64_t accepted_until_ms; /* COUNT_UNKNOWN: not accepted */
    struct story_member *members;
    size_t member_count;
};

/* A finding that this scan proved closed. */
struct story_closed {
    enum severity severity;
    struct span where, what, title, how; /* how: words_closed() */
};

struct story_reason {
    struct span why, text; /* as it came; as it is printed */
    uint64_t count;
};

/* How much is kept of each finding. */
enum story_depth {
    STORY_ROWS,  /* what a line of a table says; and services without a finding where the run is verbose */
    STORY_WHOLE, /* also its proof: evidence, largest collections, everybody and every date that tells of it */
};

struct story {
    struct report_run run;
    enum story_depth depth;
    struct arena arena;
    struct buf scratch;
    struct table groups_by_key, certificates_by_hash, parties_by_name;
    LIST_OF(struct story_group *) groups;
    LIST_OF(struct story_row *) rows;   /* after story_sort(): group by group */
    LIST_OF(struct story_row *) quiet;  /* services without a finding; after story_sort() by place */
    struct story_row **ranked;          /* `rows`, worst first; NULL where there was no memory */
    LIST_OF(struct story_party *) parties;
    LIST_OF(struct story_certificate *) certificates;
    LIST_OF(struct story_fleet) fleets;
    uint64_t fleets_left;  /* beyond STORY_FLEETS_MAX */
    LIST_OF(struct story_closed) closed; /* worst first */
    uint64_t closed_left;  /* beyond STORY_CLOSED_MAX */
    struct report_past past;
    bool has_past, has_life, has_evidence; /* has_evidence: of since when, beyond the store's */
    struct unknowns unknown; /* answered, and nothing known did */
    uint64_t ownerless;    /* findings of which no owner is known */
    struct story_holding by_records[STORY_HOLDINGS_MAX], by_bytes[STORY_HOLDINGS_MAX]; /* largest first */
    size_t by_records_count, by_bytes_count;
    struct services services; /* counted so far */
    struct people people;  /* whose data open services hold */
    uint64_t outcomes[OUTCOME_UNCLEAR + 1];
    int64_t open_records, open_bytes; /* of open services, as they say; saturating */
    uint64_t severities[SEVERITY_CRITICAL + 1];
    struct story_reason reasons[STORY_REASONS_MAX];
    uint64_t other_reasons;
    struct remarks remarks;
    uint64_t unkept; /* findings that had no room */
};

void story_init(struct story *s, const struct report_run *run, enum story_depth depth);
void story_release(struct story *s);

/* Members of struct report for a format whose state is a struct story. */
void story_visit(void *story, const struct visit *v, const struct finding_view *f, size_t findings, struct buf *out);
void story_closed(void *story, const struct finding_view *f, struct buf *out);
void story_remark(void *story, const struct remark *r, struct buf *out);
void story_fleets(void *story, const struct fleet *list, size_t count, struct buf *out);
void story_past(void *story, const struct report_past *past, struct buf *out);

/* Before anything is printed: puts groups in the order to work in (worst first, then who comes first
 * by tier, then the most data, then the most places), rows likewise, parties by what they have to do,
 * certificates by end. */
void story_sort(struct story *s);

/* ---- for story_alike.c ---- */

/* Visible text, cut at `max` bytes of `foreign`. */
struct span story_keep(struct story *s, struct span foreign, size_t max);
/* "redis 7.0.15", "elasticsearch 5.5.3 via kibana" */
struct span story_what(struct story *s, const char *product, struct span version, const char *via);
void story_alike(struct story *s, const struct visit *v);
/* The party of the finding, counted in; NULL where none is known. */
struct story_party *story_party(struct story *s, const struct finding *f);
void story_sort_alike(struct story *s);

#endif
