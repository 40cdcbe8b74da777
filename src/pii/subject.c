/* Counting the different words of a subject in one text. Han words are looked up at every
 * character, behind a filter on two characters; ASCII words whole and lower-case. */
#include "pii/subject.h"

enum { TEXT_BYTES_MAX = 4096 };

static void note(const struct word *word, uint64_t seen[2])
{
    if (word)
        seen[word->type == PII_MEDICAL] |= 1ULL << word->index;
}

static size_t ascii_word(const struct detectors *d, struct span s, size_t at, uint64_t seen[2])
{
    uint8_t lower[WORD_BYTES_MAX];
    size_t n = 0;
    while (at + n < s.len && is_alnum(s.at[at + n])) {
        if (n < WORD_BYTES_MAX)
            lower[n] = ascii_lower(s.at[at + n]);
        n++;
    }
    if (n >= 3 && n <= WORD_BYTES_MAX)
        note(detectors_ascii_word(d, span_of(lower, n)), seen);
    return n;
}

struct subject pii_subject_of(const struct detectors *d, struct span s)
{
    uint64_t seen[2] = { 0 };
    if (s.len > TEXT_BYTES_MAX)
        s.len = TEXT_BYTES_MAX;
    for (size_t at = 0; at < s.len;) {
        uint8_t c = s.at[at];
        if (c < 0x80) {
            size_t n = is_alnum(c) ? ascii_word(d, s, at, seen) : 0;
            at += n ? n : 1;
            continue;
        }
        if ((c & 0xf0) != 0xe0 || at + 6 > s.len) {
            at++;
            continue;
        }
        unsigned slot = detectors_han_slot(s.at + at);
        if (d->han_heads[slot / 64] >> (slot % 64) & 1)
            note(detectors_han_word(d, span_from(s, at)), seen);
        at += 3;
    }
    return (struct subject){ (unsigned)__builtin_popcountll(seen[0]),
                             (unsigned)__builtin_popcountll(seen[1]) };
}
