/* The portable pass (the reference for all others) and the choice between the engines. */
#include "pii/classes.h"

#include <string.h>

#include "pii/classes_engines.h"

static uint64_t bit_if(bool yes, unsigned at)
{
    return (uint64_t)yes << at;
}

static uint8_t nibbles(const struct class_plan *plan, unsigned which, uint8_t byte)
{
    return plan->low[which][byte & 15] & plan->high[which][byte >> 4];
}

static void fill_portable(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                          struct classes *out)
{
    for (size_t b = 0; b < blocks; b++, in += CLASS_BLOCK) {
        struct classes c = { 0 };
        for (unsigned i = 0; i < CLASS_BLOCK; i++) {
            uint8_t byte = in[i];
            c.digit |= bit_if(byte >= '0' && byte <= '9', i);
            c.upper |= bit_if(byte >= 'A' && byte <= 'Z', i);
            c.lower |= bit_if(byte >= 'a' && byte <= 'z', i);
            c.high |= bit_if(byte >= 0x80, i);
            c.at |= bit_if(byte == '@', i);
            c.dot |= bit_if(byte == '.', i);
            c.colon |= bit_if(byte == ':', i);
            c.gap |= bit_if(byte == ' ' || byte == '-', i);
            c.quote |= bit_if(byte == plan->quote, i);
            c.back |= bit_if(byte == '\\', i);
            c.delim |= bit_if(byte == plan->delim, i);
            c.line |= bit_if(byte == '\n', i);
            uint8_t buckets = nibbles(plan, 0, byte) & nibbles(plan, 1, in[i + 1]) &
                              nibbles(plan, 2, in[i + 2]);
            c.literal |= bit_if(buckets != 0, i);
        }
        out[b] = c;
    }
}

static bool always(void)
{
    return true;
}

const struct class_engine CLASS_ENGINES[] = {
#ifdef __x86_64__
    { .name = "avx512", .fill = class_fill_avx512, .usable = class_usable_avx512 },
    { .name = "avx2", .fill = class_fill_avx2, .usable = class_usable_avx2 },
    { .name = "sse4.2", .fill = class_fill_sse42, .usable = class_usable_sse42 },
#endif
#ifdef __aarch64__
    { .name = "neon", .fill = class_fill_neon, .usable = always },
#endif
    { .name = "portable", .fill = fill_portable, .usable = always },
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

void class_plan_add(struct class_plan *plan, const uint8_t head[static LITERAL_HEAD],
                    unsigned bucket)
{
    for (unsigned i = 0; i < LITERAL_HEAD; i++) {
        plan->low[i][head[i] & 15] |= (uint8_t)(1U << (bucket & 7));
        plan->high[i][head[i] >> 4] |= (uint8_t)(1U << (bucket & 7));
    }
}
