/* The one gate through which the name of a field leaves.
 *
 * A heading and a key are data until they are proven to be names: the first row of a table may be a
 * record, and a document may be keyed by what it is about. A name is shown where all of its words are
 * known, or where nothing of it looks like a value and its place proves it: a heading over rows, a column
 * of a database, a key that comes again and again. */
#ifndef AJAR_PII_SHOWN_H
#define AJAR_PII_SHOWN_H

#include "pii/profile.h"

enum name_proof {
    NAME_IS_DATA, /* has the form of a value: of some type, a name of a person, a random id */
    NAME_UNKNOWN, /* looks like a name, but its words are not known */
    NAME_KNOWN    /* all of its words are */
};

/* Uses the scratch buffer. */
enum name_proof name_proof(struct profile *p, struct span name);

/* Is there a value of any type in [from, to) of the text, or is the whole one? Words that are names of
 * people, and sexes, are none. */
bool text_holds_value(const struct detectors *d, const struct text *t, size_t from, size_t to);

/* The name of a field as it may be shown: itself, its alias, or "*". Lives as long as the profile. */
const char *field_shown(struct profile *p, uint16_t field);

#endif
