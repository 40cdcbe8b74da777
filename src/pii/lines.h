/* What only a close look at a line of text finds: telephone numbers as their country writes them, birth dates, names
 * and national numbers, each behind a word that says what it is ("Tel. 030 / 123 45 67", "geboren am 12. März
 * 1980", "Patient: Anna Meyer", "OIB 33392005961"), and numbers that are written with dots (123.456.789-09). Slow, so
 * it is taken to the lines that are looked at in full. */
#ifndef AJAR_PII_LINES_H
#define AJAR_PII_LINES_H

#include "pii/profile.h"

/* The words just before a token, up to a line's start: "联系电话:", "card number = ". */
struct span context_before(const struct text *t, size_t at);

/* What the words in front of `at`, not before `from`, call it: they may end in a dot ("Tel."), and words such as
 * "is" or "on" may lie between. */
struct name_hint hint_before(const struct detectors *d, const struct text *t, size_t from, size_t at);

/* `called`: a word in front says what it is. */
typedef void line_found_fn(void *self, struct span value, const struct pii_marks *m, bool called);
/* Calls `found` for each value in [from, to) behind such a word; `field`: what the name of all of it says, which
 * stands in front of its beginning. */
void lines_look(const struct detectors *d, const struct name_hint *field, const struct text *t, size_t from,
                size_t to, line_found_fn *found, void *self);

#endif
