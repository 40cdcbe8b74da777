/* The plan of a scan as lines of text: stored with the scan, so that it can be continued as it was
 * begun, and compared, so that a changed scope is noticed. The lines are in doc/store.md. */
#ifndef AJAR_CMD_SCAN_JOURNAL_H
#define AJAR_CMD_SCAN_JOURNAL_H

#include "base/buf.h"
#include "base/list.h"
#include "base/table.h"
#include "cmd/scan_options.h"
#include "target/lookup.h"

/* What names resolved to, or that they did not: written down in a new scan, given again in a continued
 * one. */
struct pin_page {
    const char *name;
    LIST_OF(struct address) addresses;
    size_t all;          /* as many as the name has */
    const char *problem; /* why there is none, or NULL */
};

struct pin_book {
    struct arena *arena;
    struct resolver resolver;       /* hand this to the plan: it knows what is in the book */
    LIST_OF(struct pin_page *) pages; /* in the order in which they came */
    struct table by_name;
};

void pin_book_init(struct pin_book *b, struct arena *a);
/* Looks up, side by side, all names of the targets, exclusions and scope that are not in the book. Blocks for
 * as long as lookup_limits() says at most; `watcher` as in lookup_all(). */
bool pin_book_fill(struct pin_book *b, const struct plan_options *o, const struct lookup_watcher *watcher,
                   struct error *e);

/* Appends the lines of a plan. */
void journal_write(const struct scan_options *o, const struct plan *p, const struct pin_book *pins,
                   uint64_t total, struct buf *out);
/* Reads seed, part, default ports and pins of a stored plan into the options; where `all`, also targets,
 * exclusions, ports and scope: the plan as it was. `scope` is the stored scope file. False and a
 * sentence where the lines cannot be read, or the scope file has gone. */
bool journal_read(struct span plan, struct span scope, bool all, struct scan_options *o,
                  struct pin_book *pins, struct error *e);
/* Appends what differs, a line each, "- " before what was and "+ " before what is; at most `max`
 * lines. Order, empty lines and comments do not count. Returns how many lines differ. */
size_t journal_compare(struct span before, struct span after, size_t max, struct buf *out);

#endif
