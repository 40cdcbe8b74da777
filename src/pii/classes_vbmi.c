/* The pass with AVX-512 VBMI, VBMI2 and GFNI (Ice Lake, Zen 4 and later): tables of 128 bytes, shifts
 * over two words, and eight masks at once. One look into a table gives a byte its classes, a bit each;
 * 64 bytes of such bits, transposed, are the masks of eight classes. */
#include "pii/classes_engines.h"

#ifdef __x86_64__
#define V_TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,gfni")))
#include "pii/classes_zmm.h"

#define W_SHIFTS
#define w_ahead(block, next, n) ((words)_mm512_shrdi_epi64((__m512i)(block), (__m512i)(next), (n)))
#define w_behind(block, prev) ((words)_mm512_shldi_epi64((__m512i)(block), (__m512i)(prev), 1))

#define STARTS fill_starts
#include "pii/classes_starts.h"

enum { ROWS = 8, TABLE_BYTES = 128 };

/* The classes that a table tells; the others are seen by a comparison. */
#define TABLE_MASKS(M) M(digit) M(upper) M(lower) M(at) M(dot) M(colon) M(gap) M(stop)

enum table_class {
#define TABLE_CLASS(name) TABLE_##name,
    TABLE_MASKS(TABLE_CLASS)
#undef TABLE_CLASS
};

struct table {
    VEC low, high;
};

INLINE struct table table_of(const struct class_plan *plan)
{
    uint8_t bits[TABLE_BYTES] = {
        ['0' ... '9'] = 1 << TABLE_digit, ['A' ... 'Z'] = 1 << TABLE_upper,
        ['a' ... 'z'] = 1 << TABLE_lower, ['@'] = 1 << TABLE_at,
        ['.'] = 1 << TABLE_dot,           [':'] = 1 << TABLE_colon,
        [' '] = 1 << TABLE_gap,           ['-'] = 1 << TABLE_gap
    };
    for (unsigned i = 0; i < sizeof(plan->stop); i++)
        bits[plan->stop[i] % TABLE_BYTES] |= 1 << TABLE_stop;
    return (struct table){ v_load(bits), v_load(bits + 64) };
}

/* Literals are ASCII, nearly all: bytes of 0x80 and above share the place of those below. */
INLINE struct table table_of_set(const uint8_t set[256])
{
    return (struct table){ _mm512_or_si512(v_load(set), v_load(set + 128)),
                           _mm512_or_si512(v_load(set + 64), v_load(set + 192)) };
}

INLINE VEC v_look(const struct table *t, VEC v)
{
    return _mm512_permutex2var_epi8(t->low, v, t->high);
}

/* Bit i of byte 8k + j: class k of byte 8j + i. Each eight bytes are a matrix of bits, which multiplied
 * with the identity comes out with rows for columns, the bits of each row the wrong way round. */
INLINE VEC v_masks(VEC classes)
{
    const VEC identity = _mm512_set1_epi64(0x8040201008040201LL);
    const VEC eighths = _mm512_set_epi64(0x3f372f271f170f07, 0x3e362e261e160e06, 0x3d352d251d150d05,
                                         0x3c342c241c140c04, 0x3b332b231b130b03, 0x3a322a221a120a02,
                                         0x3931292119110901, 0x3830282018100800);
    VEC by_class = _mm512_gf2p8affine_epi64_epi8(identity, classes, 0);
    VEC turned = _mm512_permutexvar_epi8(eighths, by_class);
    return _mm512_gf2p8affine_epi64_epi8(turned, identity, 0);
}

/* Word k of row i becomes word i of row k. */
INLINE void v_transpose(VEC row[ROWS])
{
    enum { EVEN = 0x88, ODD = 0xdd };
    VEC pair[ROWS], four[ROWS];
#pragma GCC unroll 4
    for (unsigned i = 0; i < ROWS; i += 2) {
        pair[i] = _mm512_unpacklo_epi64(row[i], row[i + 1]);
        pair[i + 1] = _mm512_unpackhi_epi64(row[i], row[i + 1]);
    }
#pragma GCC unroll 2
    for (unsigned odd = 0; odd < 2; odd++) {
#pragma GCC unroll 2
        for (unsigned half = 0; half < 2; half++) {
            VEC a = pair[4 * half + odd], b = pair[4 * half + 2 + odd];
            four[half] = _mm512_shuffle_i64x2(a, b, EVEN);
            four[2 + half] = _mm512_shuffle_i64x2(a, b, ODD);
        }
        row[odd] = _mm512_shuffle_i64x2(four[0], four[1], EVEN);
        row[odd + 4] = _mm512_shuffle_i64x2(four[0], four[1], ODD);
        row[odd + 2] = _mm512_shuffle_i64x2(four[2], four[3], EVEN);
        row[odd + 6] = _mm512_shuffle_i64x2(four[2], four[3], ODD);
    }
}

struct tables {
    struct table classes, head[LITERAL_HEAD];
};

/* The masks of blocks b to b + count - 1, and words without a meaning up to b + 7. Returns whether there
 * is any literal. */
INLINE bool fill_eight(const struct tables *t, const uint8_t *in, size_t b, unsigned count,
                       const struct masks *m)
{
    VEC row[ROWS];
    uint64_t any = 0;
#pragma GCC unroll 8
    for (unsigned i = 0; i < ROWS; i++, in += CLASS_BLOCK) {
        if (i >= count) {
            row[i] = _mm512_setzero_si512();
            continue;
        }
        const VEC v = v_load(in);
        uint64_t high = v_top(v);
        VEC second = v_look(&t->head[1], v_load(in + 1)),
            third = v_look(&t->head[2], v_load(in + 2));
        uint64_t literal = v_some(v_and(v_look(&t->head[0], v), v_and(second, third)));
        row[i] = v_masks(_mm512_maskz_mov_epi8(~high, v_look(&t->classes, v)));
        m->high[b + i] = high;
        m->line[b + i] = v_eq(v, '\n');
        m->literal[b + i] = literal;
        any |= literal;
    }
    v_transpose(row);
#define TABLE_STORE(name) _mm512_storeu_si512((void *)(m->name + b), row[TABLE_##name]);
    TABLE_MASKS(TABLE_STORE)
    return any;
}

V_TARGET void class_fill_vbmi(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                              const struct masks *out)
{
    const struct masks m = *out;
    const struct tables t = { table_of(plan),
                              { table_of_set(plan->set[0]), table_of_set(plan->set[1]),
                                table_of_set(plan->set[2]) } };
    size_t b = 0;
    for (; b + ROWS <= blocks; b += ROWS)
        if (fill_eight(&t, in + b * CLASS_BLOCK, b, ROWS, &m))
            masks_literals(plan, in, b, b + ROWS, &m);
    if (b < blocks && fill_eight(&t, in + b * CLASS_BLOCK, b, (unsigned)(blocks - b), &m))
        masks_literals(plan, in, b, blocks, &m);
    masks_end(&m, blocks);
    fill_starts(&m, blocks);
}

bool class_usable_vbmi(void)
{
    return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni");
}
#else
_Static_assert(sizeof(struct masks) > 0, "this file is empty on other processors");
#endif
