/* Rules over observations -> findings. Pure computation: no clock, no network, no disk after
 * loading, so that last year's visits can be judged with today's rules. */
#ifndef AJAR_RULES_JUDGE_H
#define AJAR_RULES_JUDGE_H

#include "base/error.h"
#include "record/record.h"

struct rules; /* all loaded rules; lives in the arena it was loaded into */

/* Loads every *.yaml of a directory, in name order; the format is doc/rules.md. NULL and an error
 * that names file, line and key where one is wrong, or where two rules share an id. */
struct rules *rules_load(struct arena *a, const char *dir, struct error *e);
size_t rules_count(const struct rules *r);
const char *rules_id(const struct rules *r, size_t i);

/* Support cycles and flaws that are known to be exploited; lives in the arena it was loaded into.
 * `shipped` is Ajar's data directory, `feeds` the directory of tables that the user imported (they
 * go first) or NULL; doc/feeds.md. NULL and an error where a table cannot be read. */
struct tables;
struct tables *tables_load(struct arena *a, const char *shipped, const char *feeds, struct error *e);
/* Without tables no rule about versions finds anything. They must outlive the rules. */
void rules_use_tables(struct rules *r, const struct tables *t);

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

struct findings {
    LIST_OF(struct finding) list;
};

/* Applies all rules to one visit at wall time now_ms; findings, with their text rendered, go to
 * the arena. False where the arena is full. */
bool judge_visit(const struct rules *r, const struct visit *v, int64_t now_ms, struct arena *a,
                 struct findings *out);
/* Adds since when a store saw each door open to the findings of this visit: call it once, after
 * their lives are filled. Arena as above; false where it is full. */
bool judge_history(const struct rules *r, const struct visit *v, struct findings *found,
                   struct arena *a);

/* Runs the examples inside each rule file; false and the first that fails in *e. */
bool rules_check_examples(const struct rules *r, struct error *e, size_t *ret_examples);

#endif
