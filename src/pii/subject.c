/* Counting the different words of a subject in one text. Han words are looked up at every
 * character, behind a filter on two characters; ASCII words, found by mask, whole and lower-case. */
#include "pii/subject.h"

enum { TEXT_BYTES_MAX = 4096 };

static void note(const struct word *word, uint64_t seen[2])
{
    if (word)
        seen[word->type == PII_MEDICAL] |= 1ULL << word->index;
}

/* Takes the word of n letters and digits at s. Few words have a head that some word of a subject has,
 * and only these are written small; one branch, since how long a word is cannot be foretold. */
static inline void ascii_word(const struct detectors *d, const uint8_t *s, size_t n,
                              uint64_t seen[2])
{
    uint8_t lower[WORD_BYTES_MAX];
    unsigned slot = detectors_head_slot(s[0] | 32U, s[1] | 32U, s[2] | 32U, n);
    if (!((d->word_heads[slot / 64] >> (slot % 64) & 1) & (n >= 3) & (n <= WORD_BYTES_MAX)))
        return;
    for (size_t i = 0; i < n; i++)
        lower[i] = ascii_lower(s[i]);
    note(table_get(&d->words, span_of(lower, n)), seen);
}

/* Letters and digits among the 64 bytes from `from` on. */
static inline uint64_t word_window(const struct masks *m, size_t from)
{
    return mask_window(m->lower, from) | mask_window(m->upper, from) | mask_window(m->digit, from);
}

static void ascii_words(const struct detectors *d, const struct text *t, size_t from, size_t to,
                        uint64_t seen[2])
{
    bool inside = false; /* the byte before belongs to a word */
    for (size_t at = from; at < to; at += CLASS_BLOCK) {
        uint64_t word = word_window(t->masks, at);
        if (to - at < CLASS_BLOCK)
            word &= (1ULL << (to - at)) - 1;
        for (uint64_t starts = word & ~(word << 1 | inside); starts; starts &= starts - 1) {
            size_t begin = at + (size_t)__builtin_ctzll(starts);
            size_t n = (size_t)__builtin_ctzll(~word_window(t->masks, begin) | 1ULL << 63);
            ascii_word(d, t->base + begin, n < to - begin ? n : to - begin, seen);
        }
        inside = word >> 63;
    }
}

static void han_words(const struct detectors *d, struct span s, uint64_t seen[2])
{
    for (size_t at = 0; at + 6 <= s.len;) {
        if ((s.at[at] & 0xf0) != 0xe0) {
            at++;
            continue;
        }
        unsigned slot = detectors_han_slot(s.at + at);
        if (d->han_heads[slot / 64] >> (slot % 64) & 1)
            note(detectors_han_word(d, span_from(s, at)), seen);
        at += 3;
    }
}

struct subject pii_subject_of(const struct detectors *d, const struct text *t, size_t from,
                              size_t to)
{
    uint64_t seen[2] = { 0 }, high = 0;
    if (to - from > TEXT_BYTES_MAX)
        to = from + TEXT_BYTES_MAX;
    ascii_words(d, t, from, to, seen);
    for (size_t b = from / CLASS_BLOCK; b * CLASS_BLOCK < to; b++)
        high |= t->masks->high[b];
    if (high)
        han_words(d, span_of(t->base + from, to - from), seen);
    return (struct subject){ (unsigned)__builtin_popcountll(seen[0]),
                             (unsigned)__builtin_popcountll(seen[1]) };
}
