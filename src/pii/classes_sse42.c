/* The pass with SSE4.2: four registers a block. */
#include "pii/classes_engines.h"

#ifdef __x86_64__
#include <immintrin.h>

#define VEC __m128i
#define LANES 16
#define V_TARGET __attribute__((target("sse4.2")))
typedef uint64_t words __attribute__((vector_size(16)));
#define WORDS words
#define FILL fill_sse42
#define INLINE V_TARGET __attribute__((always_inline)) static inline

INLINE VEC v_load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

INLINE uint64_t v_top(VEC v)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(v);
}

INLINE uint64_t v_eq(VEC v, uint8_t byte)
{
    return v_top(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)byte)));
}

/* SSE compares only signed bytes; x <= limit is min(x, limit) == x. */
INLINE uint64_t v_range(VEC v, uint8_t low, uint8_t high)
{
    VEC from_low = _mm_sub_epi8(v, _mm_set1_epi8((char)low));
    VEC limited = _mm_min_epu8(from_low, _mm_set1_epi8((char)(high - low)));
    return v_top(_mm_cmpeq_epi8(limited, from_low));
}

INLINE VEC v_table(const uint8_t *p)
{
    return v_load(p);
}

INLINE VEC v_and(VEC a, VEC b)
{
    return _mm_and_si128(a, b);
}

INLINE VEC v_nibbles(VEC lo, VEC hi, VEC v)
{
    const VEC fifteen = _mm_set1_epi8(15);
    VEC upper = v_and(_mm_srli_epi16(v, 4), fifteen);
    return v_and(_mm_shuffle_epi8(lo, v_and(v, fifteen)), _mm_shuffle_epi8(hi, upper));
}

INLINE uint64_t v_some(VEC v)
{
    return v_top(_mm_cmpeq_epi8(v, _mm_setzero_si128())) ^ 0xffff;
}

#include "pii/classes_nibbles.h"
#include "pii/classes_body.h"

void class_fill_sse42(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                      const struct masks *out)
{
    fill_sse42(plan, in, blocks, out);
}

/* SSE4.2 came with the instruction; the wider engines use this one too. */
__attribute__((target("popcnt"))) size_t class_count_popcnt(const uint64_t *from, size_t count)
{
    enum { AT_ONCE = 8 };
    size_t bits = 0, i = 0;
    for (; i + AT_ONCE <= count; i += AT_ONCE)
#pragma GCC unroll 8
        for (size_t k = 0; k < AT_ONCE; k++)
            bits += (size_t)__builtin_popcountll(from[i + k]);
    for (; i < count; i++)
        bits += (size_t)__builtin_popcountll(from[i]);
    return bits;
}

bool class_usable_sse42(void)
{
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
}
#else
_Static_assert(sizeof(struct masks) > 0, "this file is empty on other processors");
#endif
