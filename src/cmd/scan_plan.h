/* From what `ajar scan` was told to what it will ask. */
#ifndef AJAR_CMD_SCAN_PLAN_H
#define AJAR_CMD_SCAN_PLAN_H

#include "cmd/scan_journal.h"
#include "cmd/scan_knock.h"
#include "http/catalog.h"

/* Looks up the names that are not in the book, which may take as long as lookup_limits() says, and builds the
 * plan; `o` gets the ports that its options stand for. NULL and one clear line where a target may not be
 * asked. */
const struct plan *scan_plan_make(struct scan_options *o, const struct catalog *c, struct pin_book *pins,
                                  struct error *e);
/* Prints the plan; the exit status. */
int scan_dry_run(const struct scan_options *o, const struct plan *p, uint64_t endpoints, const struct scan_knock *k);

#endif
