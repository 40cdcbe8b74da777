/* What somebody probably meant to write. */
#ifndef AJAR_TEXT_NEAREST_H
#define AJAR_TEXT_NEAREST_H

/* The word of a NULL-ended list that is nearest to `typed` or NULL: at most two slips of
 * the keys away, one where it has three letters or less. */
const char *nearest_word(const char *const *words, const char *typed);

#endif
