/* Support cycles and flaws that are known to be exploited, loaded once and shared by threads. */
#ifndef AJAR_TABLES_TABLES_H
#define AJAR_TABLES_TABLES_H

#include "record/record.h"
#include "tables/exploited.h"
#include "tables/lifecycle.h"

struct tables {
    struct lifecycle lifecycle;
    struct exploited exploited;
};

/* Into the arena. `shipped` is Ajar's data directory, `feeds` the directory of tables that the user imported (they
 * go first) or NULL; doc/feeds.md. NULL and an error where a table cannot be read. */
struct tables *tables_load(struct arena *a, const char *shipped, const char *feeds, struct error *e);

/* What the tables say about one observation's version. */
struct version_verdict {
    bool known; /* the observation states a version that can be read */
    struct version version;
    struct lifecycle_answer lifecycle;
    struct exploited_answer exploited;
};

/* All zero without tables (NULL) or without a version. */
void version_judge(const struct tables *t, const struct observation *o, int64_t now_ms,
                   struct version_verdict *ret);

/* One part of the tables, for showing: the cycles of one product, or (last, without a product) the
 * version ranges of exploited flaws. */
struct table_part {
    const char *product, *source;
    size_t rows, catalog_rows; /* catalog_rows: flaws in the imported catalog */
    int64_t as_of_ms;
    bool imported;
};
/* Part i; returns how many there are. */
size_t tables_describe(const struct tables *t, size_t i, struct table_part *ret);

#endif
