/* What the text report keeps until the end, because it is sorted by severity. The room's own
 * header: tty.c collects, tty_print.c prints. */
#ifndef AJAR_REPORT_TTY_H
#define AJAR_REPORT_TTY_H

#include "base/table.h"
#include "report/formats.h"

enum {
    TTY_BYTES_MAX = 512 * 1024 * 1024, /* some 400,000 findings; what comes after is only counted */
    TTY_REASONS_MAX = 5,
    TTY_COLUMNS_MIN = 40,
    TTY_COLUMNS_MAX = 400,
    TTY_COLUMNS_TABLE = 80, /* below this, blocks instead of a table */
};

/* Findings of one rule, severity and product: they share one fix. All text is escaped. */
struct tty_group {
    enum severity severity;
    const char *rule;
    struct span title, product, fix;
    struct span first; /* the endpoint that the fix was written for */
    size_t count;
    int64_t records; /* the most that one of them holds, or COUNT_UNKNOWN */
    bool varied; /* the fixes of the others name other ports or addresses */
};

struct tty_row {
    struct tty_group *group; /* NULL: a service without a finding */
    struct endpoint endpoint;
    struct span where, what, why, name;
    const char *state;
    int64_t collections, records, bytes;
};

struct tty_reason {
    struct span text;
    uint64_t count;
};

struct tty {
    struct report_run run;
    struct arena arena;
    struct buf scratch;
    struct table groups;
    LIST_OF(struct tty_row) rows, quiet; /* with a finding; without one (verbose only) */
    uint64_t outcomes[OUTCOME_UNCLEAR + 1];
    struct tty_reason reasons[TTY_REASONS_MAX];
    uint64_t other_reasons, unkept;
};

void tty_print(struct tty *t, const struct report_summary *s, struct buf *out);

#endif
