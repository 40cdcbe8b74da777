/* The baseline: findings that a team has accepted, in a file that lies beside what it is about, in its repository. Each
 * entry says until when, why and who; without those it is refused, and when its day is over the finding counts again.
 * doc/settings.md has the format. */
#ifndef AJAR_KEEP_BASELINE_H
#define AJAR_KEEP_BASELINE_H

#include "base/error.h"
#include "base/list.h"
#include "record/record.h"

enum { BASELINE_BYTES_MAX = 1 << 20, BASELINE_DIGITS_MIN = 8 };

struct baseline_entry {
    const char *finding; /* the first digits of a fingerprint, or NULL: */
    const char *rule, *product, *endpoint; /* what is named has to fit; endpoint as reports call it */
    const char *why, *who;
    int64_t until_ms; /* wall; the end of its last day */
    unsigned line;
};

struct baseline {
    const char *file;
    LIST_OF(struct baseline_entry) entries;
};

/* Reads the file's text; false and file, line and key of what is wrong. It all lies in the arena. */
bool baseline_parse(struct arena *a, const char *file, struct span text, struct baseline *ret, struct error *e);
/* The entry that accepts the finding now, or NULL. */
const struct baseline_entry *baseline_find(const struct baseline *b, const struct finding *f, int64_t now_ms);

#endif
