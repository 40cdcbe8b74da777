/* The pass with AVX-512 VBMI and VBMI2 (Ice Lake, Zen 4 and later): tables of 128 bytes, and shifts
 * over two words. */
#include "pii/classes_engines.h"

#ifdef __x86_64__
#define V_TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2")))
#define FILL fill_vbmi
#include "pii/classes_zmm.h"

/* Literals are ASCII, nearly all: bytes of 0x80 and above share the place of those below. */
struct filter {
    VEC from[LITERAL_HEAD][2];
};

INLINE VEC v_folded(const uint8_t *set)
{
    return _mm512_or_si512(v_load(set), v_load(set + 128));
}

INLINE struct filter filter_of(const struct class_plan *plan)
{
    return (struct filter){ { { v_folded(plan->set[0]), v_folded(plan->set[0] + 64) },
                              { v_folded(plan->set[1]), v_folded(plan->set[1] + 64) },
                              { v_folded(plan->set[2]), v_folded(plan->set[2] + 64) } } };
}

INLINE VEC v_buckets(const struct filter *f, unsigned i, VEC v)
{
    return _mm512_permutex2var_epi8(f->from[i][0], v, f->from[i][1]);
}

#define W_SHIFTS
#define w_ahead(block, next, n) ((words)_mm512_shrdi_epi64((__m512i)(block), (__m512i)(next), (n)))
#define w_behind(block, prev) ((words)_mm512_shldi_epi64((__m512i)(block), (__m512i)(prev), 1))

#include "pii/classes_body.h"

void class_fill_vbmi(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                     const struct masks *out)
{
    fill_vbmi(plan, in, blocks, out);
}

bool class_usable_vbmi(void)
{
    return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512vbmi2");
}
#else
_Static_assert(sizeof(struct masks) > 0, "this file is empty on other processors");
#endif
