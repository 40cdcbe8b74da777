/* An error is a value with a sentence: what was wrong, where, and what to write instead.
 * Functions that can fail take a struct error (never NULL) and return false or NULL; only
 * the command room prints it. */
#ifndef AJAR_BASE_ERROR_H
#define AJAR_BASE_ERROR_H

#include <stdbool.h>

struct error {
    char text[512]; /* one line, no final stop needed, cut short with "..." when longer */
};

/* Sets the sentence and returns false, so that `return error_set(...)` reads well. */
[[gnu::format(printf, 2, 3)]] bool error_set(struct error *e, const char *format, ...);

/* Puts context in front of an existing sentence: "catalog/x.yaml: line 3: ...". Returns false. */
[[gnu::format(printf, 2, 3)]] bool error_in(struct error *e, const char *format, ...);

#endif
