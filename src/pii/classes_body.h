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

#define STARTS fill_starts
#include "pii/classes_starts.h"

V_TARGET static void FILL(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                          const struct masks *out)
{
    const struct filter f = filter_of(plan);
    const struct masks m = *out;
    for (size_t b = 0; b < blocks; b++, in += CLASS_BLOCK) {
#define MASK_LOCAL(name) uint64_t name = 0;
        CLASS_MASKS(MASK_LOCAL)
        for (unsigned part = 0; part < CLASS_BLOCK; part += LANES) {
            const VEC v = v_load(in + part);
            digit |= v_range(v, '0', '9') << part;
            upper |= v_range(v, 'A', 'Z') << part;
            lower |= v_range(v, 'a', 'z') << part;
            high |= v_top(v) << part;
            at |= v_eq(v, '@') << part;
            dot |= v_eq(v, '.') << part;
            colon |= v_eq(v, ':') << part;
            gap |= (v_eq(v, ' ') | v_eq(v, '-')) << part;
            stop |= (v_eq(v, plan->stop[0]) | v_eq(v, plan->stop[1])) << part;
            line |= v_eq(v, '\n') << part;
            const VEC second = v_buckets(&f, 1, v_load(in + part + 1));
            const VEC third = v_buckets(&f, 2, v_load(in + part + 2));
            literal |= v_some(v_and(v_buckets(&f, 0, v), v_and(second, third))) << part;
        }
#define MASK_STORE(name) m.name[b] = name;
        CLASS_MASKS(MASK_STORE)
    }
    masks_literals(plan, in - blocks * CLASS_BLOCK, 0, blocks, &m);
    masks_end(&m, blocks);
    STARTS(&m, blocks);
}
