/* The pass with NEON: four registers a block. NEON has no movemask; a byte of weights and three
 * pairwise additions stand in for it. */
#include "pii/classes_engines.h"

#ifdef __aarch64__
#include <arm_neon.h>

#define VEC uint8x16_t
#define LANES 16
#define V_TARGET
typedef uint64_t words __attribute__((vector_size(16)));
#define WORDS words
#define FILL fill_neon
#define INLINE __attribute__((always_inline)) static inline

INLINE VEC v_load(const uint8_t *p)
{
    return vld1q_u8(p);
}

INLINE uint64_t v_mask(VEC yes)
{
    const VEC weights = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
    VEC sum = vandq_u8(yes, weights);
    sum = vpaddq_u8(sum, sum);
    sum = vpaddq_u8(sum, sum);
    sum = vpaddq_u8(sum, sum);
    return vgetq_lane_u16(vreinterpretq_u16_u8(sum), 0);
}

INLINE uint64_t v_eq(VEC v, uint8_t byte)
{
    return v_mask(vceqq_u8(v, vdupq_n_u8(byte)));
}

INLINE uint64_t v_range(VEC v, uint8_t low, uint8_t high)
{
    return v_mask(vcleq_u8(vsubq_u8(v, vdupq_n_u8(low)), vdupq_n_u8((uint8_t)(high - low))));
}

INLINE uint64_t v_top(VEC v)
{
    return v_mask(vcgeq_u8(v, vdupq_n_u8(0x80)));
}

INLINE VEC v_table(const uint8_t *p)
{
    return vld1q_u8(p);
}

INLINE VEC v_and(VEC a, VEC b)
{
    return vandq_u8(a, b);
}

INLINE VEC v_nibbles(VEC lo, VEC hi, VEC v)
{
    return v_and(vqtbl1q_u8(lo, v_and(v, vdupq_n_u8(15))), vqtbl1q_u8(hi, vshrq_n_u8(v, 4)));
}

INLINE uint64_t v_some(VEC v)
{
    return v_mask(vtstq_u8(v, v));
}

#include "pii/classes_nibbles.h"
#include "pii/classes_body.h"

void class_fill_neon(const struct class_plan *plan, const uint8_t *in, size_t blocks,
                     const struct masks *out)
{
    fill_neon(plan, in, blocks, out);
}
#else
_Static_assert(sizeof(struct masks) > 0, "this file is empty on other processors");
#endif
