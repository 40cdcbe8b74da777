/* Field names: folding and the look-up by whole words. */
#ifndef AJAR_PII_NAMES_H
#define AJAR_PII_NAMES_H

#include "pii/detectors.h"

/* Lower-case, without separators, into out; names longer than NAME_BYTES_MAX fold to nothing. */
struct span name_fold(struct span name, uint8_t out[static NAME_BYTES_MAX]);
/* A name that looks like a value (five digits in a row, an '@', more than FIELD_NAME_LONGEST
 * bytes, control characters) and must not be shown or kept apart: "13800138000": {...} as a JSON key. */
enum { FIELD_NAME_LONGEST = 96 };
bool name_is_value(struct span name);

enum { NAME_FORM_MAX = 64, NAME_WORDS_MAX = 12 };

/* A name cut into words at separators and humps, each folded. */
struct name_words {
    uint8_t folded[NAME_BYTES_MAX];
    size_t start[NAME_WORDS_MAX + 1]; /* offsets in folded; start[count] is the end */
    size_t count;
};
void name_words_cut(struct name_words *w, struct span name);

/* What names that differ in a number have in common, "cache:user:#" of "cache:user:17": runs of digits
 * and words of hex digits become '#'. Empty where there are none, and for longer names. */
struct span name_form(struct span name, uint8_t out[static NAME_FORM_MAX]);

#endif
