/* The shortest way for a value outside deep records: most are never judged. What the sample does not
 * want, and what nothing can be inside of, is only counted. */
#ifndef AJAR_PII_QUICK_H
#define AJAR_PII_QUICK_H

#include "pii/hash.h"
#include "pii/profile.h"
#include "pii/twice.h"

enum { SEARCH_DIGITS_MIN = 8, NULL_WORD_MAX = 4, LONG_KEY_BYTES = 96 };

/* Would judging and searching this value, which the sample does not want, find nothing for sure?
 * Either no candidate begins in it; or it is a number, or one word of capitals and digits, and no
 * part of such is more than the whole; or an e-mail address of letters, digits and dots, which as a
 * whole is one, or nothing that a search would find is in it. Counts on what stands around a value: no
 * letter, no digit. */
TWICE_INLINE bool is_nothing_inside(const struct masks *m, size_t from, uint64_t all)
{
    if (!(mask_window(m->any, from) & all))
        return true;
    uint64_t digit = mask_window(m->digit, from) & all;
    if (digit == all)
        return true;
    if (!(mask_window(m->hard, from) & all)) {
        uint64_t at = mask_window(m->at, from) & all, dot = mask_window(m->dot, from);
        uint64_t ends = 1 | (all ^ all >> 1);
        return (at & (at - 1)) == 0 && (mask_window(m->plain, from) & all) == all &&
               (ends & dot) == 0;
    }
    uint64_t other = mask_window(m->other, from) & all;
    if (!other)
        return __builtin_popcountll(digit) <= SEARCH_DIGITS_MIN;
    return (digit | (mask_window(m->upper, from) & all)) == all &&
           !(mask_window(m->literal, from) & all);
}

/* Does any candidate begin in [from, to)? */
TWICE_INLINE bool any_begins(const struct masks *m, size_t from, size_t to)
{
    if (from >= to)
        return false;
    size_t first = from / CLASS_BLOCK, last = (to - 1) / CLASS_BLOCK;
    uint64_t front = ~0ULL << from % CLASS_BLOCK, back = ~0ULL >> (63 - (to - 1) % CLASS_BLOCK);
    if (first == last)
        return m->any[first] & front & back;
    uint64_t any = (m->any[first] & front) | (m->any[last] & back);
    for (size_t b = first + 1; b < last; b++)
        any |= m->any[b];
    return any;
}

/* Bytes that piece_trim takes off a value's ends, or that make it look closer. */
static const bool IS_EDGE[256] = { [0 ... ' '] = true, ['\''] = true, ['"'] = true };

/* The shortest way, for values outside deep records that need no trimming: what the sample knows,
 * or does not want and nothing is inside of. False where the value must be looked at in full. */
TWICE_INLINE bool quick_value(struct field *f, const struct text *t, size_t from, size_t to)
{
    const uint8_t *s = t->base + from;
    size_t len = to - from;
    /* Of a value of one byte, end[-2] is the byte in front of it. */
    const uint8_t *end = s + len;
    bool trimmed = IS_EDGE[s[0]] | IS_EDGE[end[-1]] |
                   ((end[-1] == '0') & (end[-2] == '.') & (len > 4));
    if (trimmed)
        return false;
    uint64_t hash = profile_hash_inside(s, len);
    if (!sample_wants(&f->distinct, hash))
        return len > NULL_WORD_MAX && is_nothing_inside(t->masks, from, piece_ones(len));
    struct sample_entry *known = sample_find(&f->distinct, hash);
    if (!known || known->flags & SAMPLE_SEARCH)
        return false;
    known->count++;
    return true;
}

/* Of a length that quick_value() takes. */
static inline bool is_short(size_t len)
{
    return len - 1 < PIECE_MAX;
}

/* A long value is known by its beginning. */
static inline uint64_t long_hash(const uint8_t *at, size_t len)
{
    return profile_hash(span_of(at, len < LONG_KEY_BYTES ? len : LONG_KEY_BYTES));
}

/* The same for a long value: true where it is not wanted and nothing begins in it. */
TWICE_INLINE bool quick_long_value(const struct field *f, const struct text *t, size_t from,
                                   size_t to)
{
    return !sample_wants(&f->distinct, long_hash(t->base + from, to - from)) &&
           !any_begins(t->masks, from, to);
}

#endif
