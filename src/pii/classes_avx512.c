/* The pass with AVX-512BW: 64 bytes in one register, masks come for free. */
#include "pii/classes_engines.h"

#ifdef __x86_64__
#include <immintrin.h>

#define VEC __m512i
#define LANES 64
#define V_TARGET __attribute__((target("avx512f,avx512bw")))
typedef uint64_t words __attribute__((vector_size(64)));
#define WORDS words
#define FILL fill_avx512
#define INLINE V_TARGET __attribute__((always_inline)) static inline

INLINE VEC v_load(const uint8_t *p)
{
    return _mm512_loadu_si512((const void *)p);
}

INLINE uint64_t v_eq(VEC v, uint8_t byte)
{
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)byte));
}

INLINE uint64_t v_range(VEC v, uint8_t low, uint8_t high)
{
    VEC from_low = _mm512_sub_epi8(v, _mm512_set1_epi8((char)low));
    return _mm512_cmple_epu8_mask(from_low, _mm512_set1_epi8((char)(high - low)));
}

INLINE uint64_t v_top(VEC v)
{
    return _mm512_movepi8_mask(v);
}

INLINE VEC v_table(const uint8_t *p)
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)p));
}

INLINE VEC v_and(VEC a, VEC b)
{
    return _mm512_and_si512(a, b);
}

INLINE VEC v_nibbles(VEC lo, VEC hi, VEC v)
{
    const VEC fifteen = _mm512_set1_epi8(15);
    VEC upper = _mm512_and_si512(_mm512_srli_epi16(v, 4), fifteen);
    return v_and(_mm512_shuffle_epi8(lo, v_and(v, fifteen)), _mm512_shuffle_epi8(hi, upper));
}

INLINE uint64_t v_some(VEC v)
{
    return _mm512_test_epi8_mask(v, v);
}

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
