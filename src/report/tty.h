/* What the text report keeps until the end, because it is sorted by severity. The room's own
 * header: tty.c collects, tty_print.c prints the table and the fixes, tty_case.c what stands around
 * them. */
#ifndef AJAR_REPORT_TTY_H
#define AJAR_REPORT_TTY_H

#include "base/table.h"
#include "record/services.h"
#include "report/formats.h"
#include "report/people.h"
#include "report/remarks.h"
#include "report/unknown.h"
#include "report/words.h"

enum {
    TTY_BYTES_MAX = 512 * 1024 * 1024, /* some 400,000 findings; what comes after is only counted */
    TTY_REASONS_MAX = 5,
    TTY_COLUMNS_MIN = 40,
    TTY_COLUMNS_MAX = 400,
    TTY_COLUMNS_TABLE = 80, /* below this, blocks instead of a table */
    TTY_FLEETS_MAX = 10,
    TTY_MEMBERS_MAX = 12, /* of one fleet, worst first */
    TTY_REASONS_SHOWN = 8, /* of one fleet */
};

/* Findings of one rule, severity and product: they share one fix. All text is escaped. */
struct tty_group {
    enum severity severity;
    const char *rule;
    struct span title, product, fix;
    struct span first; /* the endpoint that the fix was written for */
    size_t count;
    int64_t records; /* the most that one of them holds, or COUNT_UNKNOWN */
    unsigned tier;   /* rank of the first in line; see tier_rank() */
    bool varied; /* the fixes of the others name other ports or addresses */
};

struct tty_row {
    struct tty_group *group; /* NULL: a service without a finding */
    struct endpoint endpoint;
    struct span where, what, why; /* where: address and port, then in brackets what it was asked for as */
    struct span since, whose, accepted; /* sentences; since: beyond what the store saw; may be empty */
    struct finding_life life;
    unsigned tier;
    const char *state;
    int64_t collections, records, bytes;
    bool at_least; /* these are lower bounds: printed with a "+" */
};

struct tty_fleet {
    char fingerprint[FINGERPRINT_MAX];
    enum severity severity;
    struct span counts, reasons, members; /* sentences */
    int64_t accepted_until_ms; /* 0: not accepted */
};

struct tty_reason {
    struct span text;
    uint64_t count;
};

struct tty {
    struct report_run run;
    struct arena arena;
    struct buf scratch;
    struct table groups, parties, noted; /* noted: endpoints whose owner was printed */
    LIST_OF(struct tty_fleet) fleets;    /* worst first */
    uint64_t fleets_left, party_count, owner_count; /* owner_count: parties that a scope file names */
    int64_t open_records, open_bytes;    /* of open services, as they say; COUNT_UNKNOWN */
    struct services services;            /* counted so far */
    struct people people;                /* whose data open services hold */
    struct unknowns unknown;             /* answered, and nothing known did */
    bool has_life;
    LIST_OF(struct tty_row) rows, quiet; /* with a finding; without one (verbose only) */
    uint64_t outcomes[OUTCOME_UNCLEAR + 1];
    struct tty_reason reasons[TTY_REASONS_MAX];
    struct remarks remarks;
    uint64_t other_reasons, unkept;
};

void tty_print(struct tty *t, const struct report_summary *s, struct buf *out);

/* ---- tty_case.c ---- */

/* What is open, what is in it, whose, since when, how many alike: a few sentences. */
void tty_lead(struct tty *t, size_t columns, struct buf *out);
void tty_fleets(struct tty *t, size_t columns, struct buf *out);
/* How many answered like nothing that we know. */
uint64_t tty_unknown(const struct tty *t);
/* Instead of a table where there is no finding. */
void tty_calm(struct tty *t, const struct report_summary *s, size_t columns, struct buf *out);

/* ---- tty_print.c ---- */

void tty_severity(const struct tty *t, enum severity s, size_t columns, struct buf *out);
void tty_heading(const struct tty *t, const char *text, struct buf *out);

#endif
