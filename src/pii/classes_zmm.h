/* What both passes with 64 bytes in one register share; masks come for free. Over V_TARGET. No include
 * guard: it is meant to be included once a file. */
#include <immintrin.h>

#define VEC __m512i
#define LANES 64
typedef uint64_t words __attribute__((vector_size(64)));
#define WORDS words
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

INLINE VEC v_and(VEC a, VEC b)
{
    return _mm512_and_si512(a, b);
}

INLINE uint64_t v_some(VEC v)
{
    return _mm512_test_epi8_mask(v, v);
}
