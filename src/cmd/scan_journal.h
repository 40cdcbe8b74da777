/* The plan of a scan as lines of text: stored with the scan, so that it can be continued as it was
 * begun, and compared, so that a changed scope is noticed. The lines are in doc/store.md. */
#ifndef AJAR_CMD_SCAN_JOURNAL_H
#define AJAR_CMD_SCAN_JOURNAL_H

#include "base/buf.h"
#include "cmd/scan_options.h"

/* What names resolved to: written down in a new scan, given again in a continued one. */
struct pin_page {
    const char *name;
    struct address *at;
    size_t len;
};

struct pin_book {
    struct arena *arena;
    struct resolver resolver; /* hand this to the plan */
    LIST_OF(struct pin_page) pages;
};

void pin_book_init(struct pin_book *b, struct arena *a);

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
