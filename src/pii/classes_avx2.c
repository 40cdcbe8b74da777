/* The pass with AVX2: two registers a block. */
#include "pii/classes_engines.h"

#ifdef __x86_64__
#include <immintrin.h>

#define VEC __m256i
#define LANES 32
#define V_TARGET __attribute__((target("avx2")))
typedef uint64_t words __attribute__((vector_size(32)));
#define WORDS words
#define FILL fill_avx2
#define INLINE V_TARGET __attribute__((always_inline)) static inline

INLINE VEC v_load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

INLINE uint64_t v_top(VEC v)
{
    return (uint32_t)_mm256_movemask_epi8(v);
}

INLINE uint64_t v_eq(VEC v, uint8_t byte)
{
    return v_top(_mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)byte)));
}

/* AVX2 compares only signed bytes; x <= limit is min(x, limit) == x. */
INLINE uint64_t v_range(VEC v, uint8_t low, uint8_t high)
{
    VEC from_low = _mm256_sub_epi8(v, _mm256_set1_epi8((char)low));
    VEC limited = _mm256_min_epu8(from_low, _mm256_set1_epi8((char)(high - low)));
    return v_top(_mm256_cmpeq_epi8(limited, from_low));
}

INLINE VEC v_table(const uint8_t *p)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));
}

INLINE VEC v_and(VEC a, VEC b)
{
    return _mm256_and_si256(a, b);
}

INLINE VEC v_nibbles(VEC lo, VEC hi, VEC v)
{
    const VEC fifteen = _mm256_set1_epi8(15);
    VEC upper = v_and(_mm256_srli_epi16(v, 4), fifteen);
    return v_and(_mm256_shuffle_epi8(lo, v_and(v, fifteen)), _mm256_shuffle_epi8(hi, upper));
}

INLINE uint64_t v_some(VEC v)
{
    return (uint32_t)~_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_setzero_si256()));
}

#include "pii/classes_nibbles.h"
#include "pii/classes_body.h"

void class_fill_avx2(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                     const struct masks *out)
{
    fill_avx2(plan, in, blocks, out);
}

bool class_usable_avx2(void)
{
    return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("avx2");
}
#else
_Static_assert(sizeof(struct masks) > 0, "this file is empty on other processors");
#endif
