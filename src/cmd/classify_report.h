/* What `ajar classify` prints of a file, in each of its formats, and the summary over all of them. Types, fields,
 * counts and places are printed, never a value. */
#ifndef AJAR_CMD_CLASSIFY_REPORT_H
#define AJAR_CMD_CLASSIFY_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "pii/pii.h"

enum classify_format { CLASSIFY_TEXT, CLASSIFY_JSON, CLASSIFY_CSV, CLASSIFY_HTML, CLASSIFY_SARIF, CLASSIFY_FORMATS };
enum { LOOK_ROWS_MAX = 20, SUMMARY_TYPES_MAX = 160 };

/* "text", "sarif"; CLASSIFY_FORMATS where none is called so. */
enum classify_format classify_format_by_name(const char *name);

/* Where a person looks first. */
struct look_row {
    const char *file, *field, *label;
    bool confirmed;
    uint64_t line, record;
    double distinct;
};

/* A type, in how many files it is confirmed, and how many values that pass these have. */
struct type_row {
    const char *label, *type;
    size_t files;
    double distinct;
    const char *last; /* the file that was counted last */
};

/* Over all files; the caller's lock guards it. */
struct classify_summary {
    struct arena arena;
    struct type_row *types; /* SUMMARY_TYPES_MAX, or NULL */
    size_t type_count;
    struct look_row rows[LOOK_ROWS_MAX]; /* best first */
    size_t row_count, row_total;
    double persons_low, persons, persons_high;
    size_t files, confirmed, suspected, unread;
    uint64_t bytes;
};

void classify_summary_init(struct classify_summary *s);
void classify_summary_release(struct classify_summary *s);
/* One file or part of a container. */
void classify_summary_add(struct classify_summary *s, const char *path, const struct ajar_pii_summary *file,
                          const struct ajar_pii_finding *found, size_t count);

/* In front of all files, of one, and behind all. `many`: there may be several files, so the summary comes first. */
void classify_put_head(struct buf *b, enum classify_format f, const struct classify_summary *s, bool many);
void classify_put_file(struct buf *b, enum classify_format f, const char *path, const struct ajar_pii_summary *file,
                       const struct ajar_pii_finding *found, size_t count);
void classify_put_foot(struct buf *b, enum classify_format f);

#endif
