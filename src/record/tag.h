/* Tags: what an owner's scope file says of places in `key=value`, such as env=prod; and filters by them, `--tag`.
 * A visit carries them as facts, `tag.env`. */
#ifndef AJAR_RECORD_TAG_H
#define AJAR_RECORD_TAG_H

#include "base/error.h"
#include "record/record.h"

enum { TAGS_MAX = 16, TAG_KEY_MAX = 32, TAG_VALUE_MAX = 200 };

struct tag {
    const char *key, *value;
};

/* What is wanted: every key that is named, with one of the values that are named for it. None: everything. */
struct tag_filter {
    LIST_OF(struct tag) list;
};

/* Whether a word may be a key: 1 to TAG_KEY_MAX of a-z, 0-9, - and _. */
bool tag_key_ok(struct span word);
/* Adds "env=prod"; the texts are copied. False and a sentence where it is none, or one too many. */
bool tag_filter_add(struct arena *a, struct tag_filter *f, const char *text, struct error *e);
/* Whether something passes; `value_of` gives its value of a key, empty where it has none. */
bool tag_filter_passes(const struct tag_filter *f, struct span (*value_of)(const void *self, const char *key),
                       const void *self);
/* The same of an observation, by its facts. */
bool tag_filter_sees(const struct tag_filter *f, const struct observation *o);

#endif
