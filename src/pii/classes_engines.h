/* The passes that need a particular processor; only classes.c chooses among them. */
#ifndef AJAR_PII_CLASSES_ENGINES_H
#define AJAR_PII_CLASSES_ENGINES_H

#include <string.h>

#include "pii/classes.h"

/* Zeroes the words behind `blocks`, which steps over neighbouring blocks read. */
static inline void masks_end(const struct masks *m, size_t blocks)
{
#define MASK_END(name) \
    for (size_t i = 0; i < MASK_TAIL; i++) \
        m->name[blocks + i] = 0;
    CLASS_MASKS(MASK_END)
#undef MASK_END
}

/* Is it in a bucket of both kinds? An engine's filter has asked for one of them. */
static inline bool literal_in_buckets(const struct class_plan *plan, const uint8_t *head)
{
    unsigned bytes = 0xff, halves = 0xff;
    for (unsigned i = 0; i < LITERAL_HEAD; i++) {
        bytes &= plan->set[i][head[i]];
        halves &= plan->low[i][head[i] & 15] & plan->high[i][head[i] >> 4];
    }
    return bytes && halves;
}

/* The second look at what a filter let through in blocks [from, to) of `in`: by the hash first, which few pass. */
static inline void masks_literals(const struct class_plan *plan, const uint8_t *in, size_t from,
                                  size_t to, const struct masks *m)
{
    for (size_t b = from; b < to; b++) {
        uint64_t bits = m->literal[b], fits = 0;
        if (!bits)
            continue;
        for (; bits; bits &= bits - 1) {
            const uint8_t *head = in + b * CLASS_BLOCK + __builtin_ctzll(bits);
            unsigned slot = literal_slot(head);
            if (plan->heads[slot / 64] >> (slot % 64) & 1 && literal_in_buckets(plan, head))
                fits |= bits & -bits;
        }
        m->literal[b] = fits;
    }
}

#ifdef __x86_64__
class_fn class_fill_vbmi, class_fill_avx512, class_fill_avx2, class_fill_sse42;
class_count_fn class_count_popcnt;
bool class_usable_vbmi(void);
bool class_usable_avx512(void);
bool class_usable_avx2(void);
bool class_usable_sse42(void);
#endif
#ifdef __aarch64__
class_fn class_fill_neon;
#endif

#endif
