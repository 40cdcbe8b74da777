/* The text report, printed from the collected story. The room's own header: tty.c puts it together and
 * prints the numbers of the run, tty_print.c the table and the fixes, tty_case.c what stands around
 * them. */
#ifndef AJAR_REPORT_TTY_H
#define AJAR_REPORT_TTY_H

#include "report/story.h"

enum {
    TTY_GAP = 2, /* between columns, and before what belongs to the line above */
    TTY_REASONS_MAX = 5,
    TTY_COLUMNS_MIN = 40,
    TTY_COLUMNS_MAX = 400,
    TTY_COLUMNS_TABLE = 80, /* below this, blocks instead of a table */
    TTY_FLEETS_MAX = 10,
    TTY_TARGETS_MAX = 6, /* named of those that were looked at */
    TTY_CLOSED_MAX = 50,
    TTY_MEMBERS_MAX = 12, /* of one fleet, worst first */
};

enum tty_column { TTY_SEVERITY, TTY_WHERE, TTY_WHAT, TTY_STATE, TTY_SINCE, TTY_COLLECTIONS, TTY_RECORDS, TTY_BYTES,
                  TTY_COLUMN_COUNT };

struct tty_shape {
    size_t wide[TTY_COLUMN_COUNT];
    size_t columns; /* of the terminal */
    bool brief; /* 969.8 M instead of 969,830,266 */
    bool blocks;
    bool since; /* the column is shown; else the note says it */
};

/* ---- tty.c ---- */

void tty_severity(const struct story *t, enum severity s, size_t columns, struct buf *out);
/* Of its name, in the reader's language. */
size_t tty_severity_columns(enum severity s);
void tty_heading(const struct story *t, const char *text, struct buf *out);
/* How many answered like nothing that we know. */
uint64_t tty_unknown(const struct story *t);

/* ---- tty_print.c ---- */

/* What fits: a table with a row a service and its findings under it, or on a narrow terminal blocks of lines. */
struct tty_shape tty_shape_of(struct story *t, struct story_row *const *rows, size_t count);
void tty_rows(struct story *t, const struct tty_shape *s, struct story_row *const *rows, size_t count, struct buf *out);
/* How to close what was found, job by job. */
void tty_jobs(struct story *t, const struct tty_shape *s, struct buf *out);

/* ---- tty_case.c ---- */

/* What is open, what is in it, whose, since when, how many alike: a few sentences. */
void tty_lead(struct story *t, size_t columns, struct buf *out);
void tty_fleets(struct story *t, size_t columns, struct buf *out);
/* What this scan proved closed. */
void tty_closed(struct story *t, size_t columns, struct buf *out);
/* Instead of a table where there is no finding. */
void tty_calm(struct story *t, const struct report_summary *s, size_t columns, struct buf *out);

#endif
