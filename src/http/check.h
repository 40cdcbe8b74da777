/* Checks the entries of one directory as their author needs it: all of them, with everything that
 * is wrong. Behind `ajar catalog check`. */
#ifndef AJAR_HTTP_CHECK_H
#define AJAR_HTTP_CHECK_H

#include "base/list.h"
#include "http/catalog.h"

struct catalog_problem {
    const char *file;
    unsigned line;    /* 0: the whole file */
    const char *text; /* what is wrong and what to write instead */
};

struct catalog_report {
    size_t entries, examples; /* of the directory, that were looked at */
    LIST_OF(struct catalog_problem) problems;
};

/* Loads `dirs` and behind them `dir` (which may be the last of them), and checks what lies in `dir`:
 *   - each file loads: the format, law 1 for each request, law 2 for each verdict;
 *   - each example holds in the engine that asks real servers, survives encoding and decoding, and
 *     is recognised by no other entry;
 *   - no entry of `dir` recognises an example of another.
 * A file that does not load is left out of what follows. False and an error where `dir` cannot be
 * read or another directory does not load. Everything in *ret lies in the arena. */
bool catalog_check(struct arena *a, const char *const *dirs, size_t dir_count, const char *dir,
                   struct catalog_report *ret, struct error *e);

#endif
