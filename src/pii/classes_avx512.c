/* The pass with AVX-512BW. */
#include "pii/classes_engines.h"

#ifdef __x86_64__
#define V_TARGET __attribute__((target("avx512f,avx512bw")))
#define FILL fill_avx512
#include "pii/classes_zmm.h"

INLINE VEC v_table(const uint8_t *p)
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)p));
}

INLINE VEC v_nibbles(VEC lo, VEC hi, VEC v)
{
    const VEC fifteen = _mm512_set1_epi8(15);
    VEC upper = _mm512_and_si512(_mm512_srli_epi16(v, 4), fifteen);
    return v_and(_mm512_shuffle_epi8(lo, v_and(v, fifteen)), _mm512_shuffle_epi8(hi, upper));
}

#include "pii/classes_nibbles.h"
#include "pii/classes_body.h"

void class_fill_avx512(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                       const struct masks *out)
{
    fill_avx512(plan, in, blocks, out);
}

bool class_usable_avx512(void)
{
    return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw");
}
#else
_Static_assert(sizeof(struct masks) > 0, "this file is empty on other processors");
#endif
