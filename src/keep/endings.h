/* What a scan says of the findings of earlier ones that it did not show, as a remark of its report. */
#ifndef AJAR_KEEP_ENDINGS_H
#define AJAR_KEEP_ENDINGS_H

#include "record/remark.h"
#include "store/store.h"

enum { ENDINGS_TEXT_MAX = 512 };

/* "3 findings of earlier scans are closed (refused 2, port-shut 1); 1 was not seen (gateway 1)". False where there is
 * nothing to say. `text` is where the remark's text lies. */
bool endings_remark(const struct scan_endings *e, char text[static ENDINGS_TEXT_MAX], struct remark *ret);

#endif
