/* The pass itself, over primitives of the including file:
 *   VEC, LANES, V_TARGET         vector type, bytes in it, function attribute
 *   v_load(p)                    unaligned load
 *   v_eq(v, byte)                mask of lanes equal to byte
 *   v_range(v, low, high)        mask of lanes in low..high, unsigned
 *   v_top(v)                     mask of lanes of 0x80 and above
 *   v_nibbles(lo, hi, v)         vector: lo[v & 15] & hi[v >> 4], tables as VECs
 *   v_table(p)                   a 16-byte table in every 128-bit lane
 *   v_and(a, b), v_some(v)       bitwise and; mask of lanes that are not zero
 * FILL names the function. No include guard: it is meant to be included once a file. */

V_TARGET static void FILL(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                          struct classes *out)
{
    const VEC low0 = v_table(plan->low[0]), high0 = v_table(plan->high[0]);
    const VEC low1 = v_table(plan->low[1]), high1 = v_table(plan->high[1]);
    const VEC low2 = v_table(plan->low[2]), high2 = v_table(plan->high[2]);
    for (size_t b = 0; b < blocks; b++, in += CLASS_BLOCK) {
        struct classes c = { 0 };
        for (unsigned part = 0; part < CLASS_BLOCK; part += LANES) {
            const VEC v = v_load(in + part);
            c.digit |= v_range(v, '0', '9') << part;
            c.upper |= v_range(v, 'A', 'Z') << part;
            c.lower |= v_range(v, 'a', 'z') << part;
            c.high |= v_top(v) << part;
            c.at |= v_eq(v, '@') << part;
            c.dot |= v_eq(v, '.') << part;
            c.colon |= v_eq(v, ':') << part;
            c.gap |= (v_eq(v, ' ') | v_eq(v, '-')) << part;
            c.quote |= v_eq(v, plan->quote) << part;
            c.back |= v_eq(v, '\\') << part;
            c.delim |= v_eq(v, plan->delim) << part;
            c.line |= v_eq(v, '\n') << part;
            const VEC first = v_nibbles(low0, high0, v);
            const VEC second = v_nibbles(low1, high1, v_load(in + part + 1));
            const VEC third = v_nibbles(low2, high2, v_load(in + part + 2));
            c.literal |= v_some(v_and(first, v_and(second, third))) << part;
        }
        out[b] = c;
    }
}
