/* The portable pass (the reference for all others) and the choice between the engines. */
#include "pii/classes.h"

#include <stdlib.h>
#include <string.h>

#include "pii/classes_engines.h"

static uint64_t bit_if(bool yes, unsigned at)
{
    return (uint64_t)yes << at;
}

#define V_TARGET
#define WORDS uint64_t
#define STARTS portable_starts
#include "pii/classes_starts.h"

static void fill_portable(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                          const struct masks *m)
{
    for (size_t b = 0; b < blocks; b++, in += CLASS_BLOCK) {
#define MASK_ZERO(name) m->name[b] = 0;
        CLASS_MASKS(MASK_ZERO)
        for (unsigned i = 0; i < CLASS_BLOCK; i++) {
            uint8_t byte = in[i];
            m->digit[b] |= bit_if(byte >= '0' && byte <= '9', i);
            m->upper[b] |= bit_if(byte >= 'A' && byte <= 'Z', i);
            m->lower[b] |= bit_if(byte >= 'a' && byte <= 'z', i);
            m->high[b] |= bit_if(byte >= 0x80, i);
            m->at[b] |= bit_if(byte == '@', i);
            m->dot[b] |= bit_if(byte == '.', i);
            m->colon[b] |= bit_if(byte == ':', i);
            m->gap[b] |= bit_if(byte == ' ' || byte == '-', i);
            m->stop[b] |= bit_if(byte == plan->stop[0] || byte == plan->stop[1], i);
            m->line[b] |= bit_if(byte == '\n', i);
            m->literal[b] |= bit_if(plan->set[0][byte] != 0, i);
        }
    }
    masks_literals(plan, in - blocks * CLASS_BLOCK, 0, blocks, m);
    masks_end(m, blocks);
    portable_starts(m, blocks);
}

bool masks_init(struct masks *m, size_t blocks)
{
    enum {
#define MASK_COUNT(name) MASK_OF_##name,
        CLASS_MASKS(MASK_COUNT) START_MASKS(MASK_COUNT) MASK_COUNT(all)
    };
    size_t words = (blocks + MASK_LEAD + MASK_TAIL + 7) / 8 * 8;
    *m = (struct masks){ .memory = aligned_alloc(64, MASK_OF_all * words * sizeof(uint64_t)) };
    if (!m->memory)
        return false;
    memset(m->memory, 0, MASK_OF_all * words * sizeof(uint64_t));
    uint64_t *at = m->memory + MASK_LEAD;
#define MASK_PLACE(name) m->name = at, at += words;
    CLASS_MASKS(MASK_PLACE)
    START_MASKS(MASK_PLACE)
    return true;
}

void masks_release(struct masks *m)
{
    free(m->memory);
    *m = (struct masks){ 0 };
}

static size_t count_portable(const uint64_t *words, size_t count)
{
    size_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits += (size_t)__builtin_popcountll(words[i]);
    return bits;
}

static bool always(void)
{
    return true;
}

const struct class_engine CLASS_ENGINES[] = {
#ifdef __x86_64__
    { "vbmi", class_fill_vbmi, class_count_popcnt, class_usable_vbmi },
    { "avx512", class_fill_avx512, class_count_popcnt, class_usable_avx512 },
    { "avx2", class_fill_avx2, class_count_popcnt, class_usable_avx2 },
    { "sse4.2", class_fill_sse42, class_count_popcnt, class_usable_sse42 },
#endif
#ifdef __aarch64__
    { "neon", class_fill_neon, count_portable, always },
#endif
    { "portable", fill_portable, count_portable, always },
    { .name = NULL },
};

const struct class_engine *class_engine_best(void)
{
    const struct class_engine *e = CLASS_ENGINES;
    while (!e->usable())
        e++;
    return e;
}

const struct class_engine *class_engine_by_name(const char *name)
{
    for (const struct class_engine *e = CLASS_ENGINES; e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e->usable() ? e : NULL;
    return NULL;
}

/* How often a byte stands in text, about. */
static unsigned byte_weight(unsigned byte)
{
    if (byte >= 'a' && byte <= 'z')
        return 8;
    if (byte >= '0' && byte <= '9')
        return 5;
    switch (byte) {
    case ' ': case '.': case ',': case '"': case ':': case '/': case '-': case '=':
        return 4;
    default:
        return byte >= 0x80 || (byte >= 'A' && byte <= 'Z') ? 2 : 1;
    }
}

/* How much more text a bucket would let through with this literal in it: the product of what its sets
 * are worth, after and before. */
static uint64_t bucket_cost(const struct class_plan *plan, unsigned bucket,
                            const uint8_t head[static LITERAL_HEAD])
{
    uint64_t before = 1, after = 1;
    for (unsigned i = 0; i < LITERAL_HEAD; i++) {
        bool has = plan->set[i][head[i]] >> bucket & 1;
        before *= plan->worth[i][bucket];
        after *= plan->worth[i][bucket] + (has ? 0 : byte_weight(head[i]));
    }
    return after - before;
}

/* What the bytes with these halves are worth. */
static uint64_t halves_weight(uint16_t lows, uint16_t highs)
{
    uint64_t weight = 0;
    for (unsigned high = highs; high; high &= high - 1)
        for (unsigned low = lows; low; low &= low - 1)
            weight += byte_weight((unsigned)(__builtin_ctz(high) << 4 | __builtin_ctz(low)));
    return weight;
}

/* The same where only the halves of bytes are told apart. */
static uint64_t halves_cost(const struct class_plan *plan, unsigned bucket,
                            const uint8_t head[static LITERAL_HEAD])
{
    uint64_t before = 1, after = 1;
    for (unsigned i = 0; i < LITERAL_HEAD; i++) {
        uint16_t lows = plan->lows[i][bucket], highs = plan->highs[i][bucket];
        before *= halves_weight(lows, highs);
        after *= halves_weight(lows | (uint16_t)(1U << (head[i] & 15)), highs | (uint16_t)(1U << (head[i] >> 4)));
    }
    return after - before;
}

static unsigned cheapest(const struct class_plan *plan, const uint8_t head[static LITERAL_HEAD],
                         uint64_t (*cost)(const struct class_plan *plan, unsigned bucket,
                                          const uint8_t head[static LITERAL_HEAD]))
{
    unsigned best = 0;
    uint64_t least = cost(plan, 0, head);
    for (unsigned bucket = 1; bucket < LITERAL_BUCKETS; bucket++) {
        uint64_t here = cost(plan, bucket, head);
        if (here < least) {
            least = here;
            best = bucket;
        }
    }
    return best;
}

void class_plan_add(struct class_plan *plan, const uint8_t head[static LITERAL_HEAD])
{
    unsigned slot = literal_slot(head), bytes = cheapest(plan, head, bucket_cost);
    unsigned halves = cheapest(plan, head, halves_cost);
    for (unsigned i = 0; i < LITERAL_HEAD; i++) {
        unsigned low = head[i] & 15, high = head[i] >> 4;
        bool has = plan->set[i][head[i]] >> bytes & 1;
        plan->worth[i][bytes] += has ? 0 : byte_weight(head[i]);
        plan->set[i][head[i]] |= (uint8_t)(1U << bytes);
        plan->low[i][low] |= (uint8_t)(1U << halves);
        plan->high[i][high] |= (uint8_t)(1U << halves);
        plan->lows[i][halves] |= (uint16_t)(1U << low);
        plan->highs[i][halves] |= (uint16_t)(1U << high);
    }
    plan->heads[slot / 64] |= 1ULL << slot % 64;
}
