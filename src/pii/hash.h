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

/* Fewer than eight bytes, the first one lowest. */
static inline uint64_t load_short(const uint8_t *s, size_t n)
{
    if (n >= 4)
        return load4(s) | (uint64_t)load4(s + n - 4) << (n - 4) * 8;
    return n ? s[0] | (uint64_t)s[n / 2] << n / 2 * 8 | (uint64_t)s[n - 1] << (n - 1) * 8 : 0;
}

static const uint64_t HASH_K0 = 0xa0761d6478bd642fULL, HASH_K1 = 0xe7037ed1a0b428dbULL,
                      HASH_K2 = 0x8ebc6af09c88c6e3ULL;

/* One more step over 16 bytes. */
static inline uint64_t hash_step(const uint8_t *at, uint64_t seed)
{
    return mix(load8(at) ^ HASH_K0, load8(at + 8) ^ seed);
}

static inline uint64_t profile_hash(struct span s)
{
    uint64_t seed = HASH_K2;
    const uint8_t *at = s.at;
    size_t n = s.len;
    for (; n > 16; at += 16, n -= 16)
        seed = hash_step(at, seed);
    uint64_t a = n >= 8 ? load8(at) : load_short(at, n);
    uint64_t b = n >= 8 ? load8(at + n - 8) : 0;
    return mix(mix(a ^ HASH_K0, b ^ seed), s.len ^ HASH_K1);
}

/* The same hash of 1 to 64 bytes inside a larger text, nearly without branches: 64 bytes from
 * `at` on and 8 before it must be readable. */
static inline uint64_t profile_hash_inside(const uint8_t *at, size_t n)
{
    uint64_t seed = HASH_K2;
    size_t left = n;
    if (n > 16) {
        seed = hash_step(at, seed);
        if (n > 32) {
            uint64_t two = hash_step(at + 16, seed), three = hash_step(at + 32, two);
            seed = n > 48 ? three : two;
        }
        at += (n - 1) / 16 * 16;
        left = (n - 1) % 16 + 1;
    }
    uint64_t eight = -(uint64_t)(left >= 8);
    uint64_t a = load8(at) & (eight | ((1ULL << left % 8 * 8) - 1));
    uint64_t b = load8(at + left - 8) & eight;
    return mix(mix(a ^ HASH_K0, b ^ seed), n ^ HASH_K1);
}

#endif
