/* What a value may be only where the name of its field, or a word in front of it, says so. */
#ifndef AJAR_PII_NAMED_H
#define AJAR_PII_NAMED_H

#include "pii/detectors.h"

/* Marks of the types that the hint names and the value has the form of: national numbers, postal addresses,
 * and names of people in letters for which there is no list. */
void mark_named(const struct name_hint *hint, struct span value, struct pii_marks *m);

/* One word to five of letters of one script that is neither Latin nor Chinese alone (Cyrillic, Greek, Hebrew,
 * Arabic, those of India, Thai, Georgian, Armenian, Korean, Japanese). */
bool is_name_in_letters(struct span value);

/* The stricter form for text, where one value is enough to be suspected: before anything that stands in code or markup
 * there are a word with a capital, or of a script beyond ASCII, and a number of a house, of up to five digits on its
 * own. */
bool is_written_address(struct span s);

/* How long the form of address that begins the text is ("Herr ", "Mrs. ", "г-н "), its blank included; 0 where there is
 * none. */
size_t title_len(struct span text);

#endif
