/* The pass itself, over primitives of the including file:
 *   VEC, LANES, V_TARGET         vector type, bytes in it, function attribute
 *   v_load(p)                    unaligned load
 *   v_eq(v, byte)                mask of lanes equal to byte
 *   v_range(v, low, high)        mask of lanes in low..high, unsigned
 *   v_top(v)                     mask of lanes of 0x80 and above
 *   v_nibbles(lo, hi, v)         vector: lo[v & 15] & hi[v >> 4], tables as VECs
 *   v_table(p)                   a 16-byte table in every 128-bit lane
 *   v_and(a, b), v_some(v)       bitwise and; mask of lanes that are not zero
 *   WORDS                        as many blocks' masks as fit one register (classes_starts.h)
 * FILL names the function. No include guard: it is meant to be included once a file. */

#include <string.h>

#define STARTS fill_starts
#include "pii/classes_starts.h"

V_TARGET static void FILL(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                          const struct masks *out)
{
    const VEC low0 = v_table(plan->low[0]), high0 = v_table(plan->high[0]);
    const VEC low1 = v_table(plan->low[1]), high1 = v_table(plan->high[1]);
    const VEC low2 = v_table(plan->low[2]), high2 = v_table(plan->high[2]);
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
            quote |= v_eq(v, plan->quote) << part;
            back |= v_eq(v, '\\') << part;
            delim |= v_eq(v, plan->delim) << part;
            line |= v_eq(v, '\n') << part;
            const VEC first = v_nibbles(low0, high0, v);
            const VEC second = v_nibbles(low1, high1, v_load(in + part + 1));
            const VEC third = v_nibbles(low2, high2, v_load(in + part + 2));
            literal |= v_some(v_and(first, v_and(second, third))) << part;
        }
#define MASK_STORE(name) m.name[b] = name;
        CLASS_MASKS(MASK_STORE)
    }
    masks_literals(plan, in - blocks * CLASS_BLOCK, blocks, &m);
    masks_end(&m, blocks);
    STARTS(&m, blocks, plan->table);
}
