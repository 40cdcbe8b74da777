/* The pass itself, over primitives of the including file:
 *   VEC, LANES, V_TARGET         vector type, bytes in it, function attribute
 *   v_load(p)                    unaligned load
 *   v_eq(v, byte)                mask of lanes equal to byte
 *   v_range(v, low, high)        mask of lanes in low..high, unsigned
 *   v_top(v)                     mask of lanes of 0x80 and above
 *   v_and(a, b), v_some(v)       bitwise and; mask of lanes that are not zero
 *   struct filter, filter_of(plan), v_buckets(f, i, v)
 *                                the buckets that may have the bytes of v as a literal's byte i
 *   WORDS                        as many blocks' masks as fit one register (classes_starts.h)
 * FILL names the function. No include guard: it is meant to be included once a file. */

enum { PARTS = CLASS_BLOCK / LANES };

#define STARTS fill_starts
#include "pii/classes_starts.h"

V_TARGET static void FILL(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                          const struct masks *out)
{
    const struct filter f = filter_of(plan);
    const struct masks m = *out;
    for (size_t b = 0; b < blocks; b++, in += CLASS_BLOCK) {
        VEC v[PARTS], found[PARTS];
/* The mask of a class for all parts of a block, i being the part. */
#define PUT(name, mask) \
    { \
        uint64_t bits = 0; \
        _Pragma("GCC unroll 4") for (unsigned i = 0; i < PARTS; i++) bits |= (mask) << (i * LANES); \
        m.name[b] = bits; \
    }
#pragma GCC unroll 4
        for (unsigned i = 0; i < PARTS; i++) {
            const uint8_t *part = in + i * LANES;
            v[i] = v_load(part);
            const VEC second = v_buckets(&f, 1, v_load(part + 1)), third = v_buckets(&f, 2, v_load(part + 2));
            found[i] = v_and(v_buckets(&f, 0, v[i]), v_and(second, third));
        }
        PUT(literal, v_some(found[i]))
        PUT(digit, v_range(v[i], '0', '9'))
        PUT(upper, v_range(v[i], 'A', 'Z'))
        PUT(lower, v_range(v[i], 'a', 'z'))
        PUT(high, v_top(v[i]))
        PUT(at, v_eq(v[i], '@'))
        PUT(dot, v_eq(v[i], '.'))
        PUT(colon, v_eq(v[i], ':'))
        PUT(gap, v_eq(v[i], ' ') | v_eq(v[i], '-'))
        PUT(stop, v_eq(v[i], plan->stop[0]) | v_eq(v[i], plan->stop[1]))
        PUT(line, v_eq(v[i], '\n'))
#undef PUT
    }
    masks_literals(plan, in - blocks * CLASS_BLOCK, 0, blocks, &m);
    masks_end(&m, blocks);
    STARTS(&m, blocks);
}
