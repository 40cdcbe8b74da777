/* The hash of a value: what the samples keep instead of it. Not keyed: hashes never leave. */
#ifndef AJAR_PII_HASH_H
#define AJAR_PII_HASH_H

#include "base/span.h"

/* Two 64-bit multiplications a 16 bytes (the scheme of wyhash, public domain). */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load8(const uint8_t *s)
{
    uint64_t v;
    memcpy(&v, s, 8);
    return v;
}

static inline uint32_t load4(const uint8_t *s)
{
    uint32_t v;
    memcpy(&v, s, 4);
    return v;
}

static inline uint64_t load_short(const uint8_t *s, size_t n)
{
    if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, s, 4);
        memcpy(&b, s + n - 4, 4);
        return (uint64_t)a << 32 | b;
    }
    return n ? (uint64_t)s[0] << 16 | (uint64_t)s[n / 2] << 8 | s[n - 1] : 0;
}

static inline uint64_t profile_hash(struct span s)
{
    static const uint64_t K0 = 0xa0761d6478bd642fULL, K1 = 0xe7037ed1a0b428dbULL,
                          K2 = 0x8ebc6af09c88c6e3ULL;
    uint64_t seed = K2;
    const uint8_t *at = s.at;
    size_t n = s.len;
    for (; n > 16; at += 16, n -= 16)
        seed = mix(load8(at) ^ K0, load8(at + 8) ^ seed);
    uint64_t a = n >= 8 ? load8(at) : load_short(at, n);
    uint64_t b = n >= 8 ? load8(at + n - 8) : 0;
    return mix(mix(a ^ K0, b ^ seed), s.len ^ K1);
}

/* The same hash of 1 to 64 bytes inside a larger text, nearly without branches: 64 bytes from
 * `at` on and 8 before it must be readable. */
static inline uint64_t profile_hash_inside(const uint8_t *at, size_t n)
{
    static const uint64_t K0 = 0xa0761d6478bd642fULL, K1 = 0xe7037ed1a0b428dbULL,
                          K2 = 0x8ebc6af09c88c6e3ULL;
    uint64_t seed = K2;
    size_t left = n;
    if (n > 16) {
        uint64_t one = mix(load8(at) ^ K0, load8(at + 8) ^ seed);
        uint64_t two = mix(load8(at + 16) ^ K0, load8(at + 24) ^ one);
        uint64_t three = mix(load8(at + 32) ^ K0, load8(at + 40) ^ two);
        size_t steps = (n - 1) / 16;
        seed = steps > 1 ? two : one;
        seed = steps > 2 ? three : seed;
        at += steps * 16;
        left -= steps * 16;
    }
    /* Every reading of the tail, and masks that choose. */
    uint64_t eight = -(uint64_t)(left >= 8), four = -(uint64_t)(left >= 4);
    uint64_t few = (uint64_t)at[0] << 16 | (uint64_t)at[left / 2] << 8 | at[left - 1];
    uint64_t some = (uint64_t)load4(at) << 32 | load4(at + left - 4);
    uint64_t a = (load8(at) & eight) | (some & four & ~eight) | (few & ~four);
    uint64_t b = load8(at + left - 8) & eight;
    return mix(mix(a ^ K0, b ^ seed), n ^ K1);
}

#endif
