/* The filter for literals where a table has sixteen bytes: a byte may be in a bucket where both of its
 * halves are. Over v_table(p), a 16-byte table in every 128-bit lane, and v_nibbles(lo, hi, v), that is
 * lo[v & 15] & hi[v >> 4]. No include guard: it is meant to be included once a file. */
struct filter {
    VEC low[LITERAL_HEAD], high[LITERAL_HEAD];
};

INLINE struct filter filter_of(const struct class_plan *plan)
{
    return (struct filter){
        .low = { v_table(plan->low[0]), v_table(plan->low[1]), v_table(plan->low[2]) },
        .high = { v_table(plan->high[0]), v_table(plan->high[1]), v_table(plan->high[2]) },
    };
}

INLINE VEC v_buckets(const struct filter *f, unsigned i, VEC v)
{
    return v_nibbles(f->low[i], f->high[i], v);
}
