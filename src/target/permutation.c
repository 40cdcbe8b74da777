/* A generalized Feistel cipher with cycle walking (Black, Rogaway: Ciphers with Arbitrary Finite
 * Domains, CT-RSA 2002, section 5). The domain is left * right, both near the square root of
 * total, so it exceeds total by little and the walk almost always ends with its first step.
 *
 * Four rounds of SipHash spread the order; it has to be even and keyed, not secret. */
#include "target/permutation.h"

#include "base/random.h"
#include "text/quote.h"

enum { ROUNDS = 4 };

static uint64_t square_root_up(uint64_t n)
{
    uint64_t root = 0;
    for (uint64_t bit = 1ull << 32; bit; bit >>= 1)
        if ((unsigned __int128)(root | bit) * (root | bit) <= n)
            root |= bit;
    return root * root < n ? root + 1 : root;
}

void permutation_init(struct permutation *p, uint64_t total, uint64_t seed)
{
    struct random r = { seed };
    uint64_t left = total ? square_root_up(total) : 1;
    *p = (struct permutation){
        .total = total,
        .left = left,
        .right = total ? (total - 1) / left + 1 : 1,
        .key0 = random_next(&r),
        .key1 = random_next(&r),
    };
}

static inline uint64_t rotl(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

struct sip {
    uint64_t a, b, c, d;
};

static inline void sip_round(struct sip *v)
{
    v->a += v->b, v->b = rotl(v->b, 13) ^ v->a, v->a = rotl(v->a, 32);
    v->c += v->d, v->d = rotl(v->d, 16) ^ v->c;
    v->a += v->d, v->d = rotl(v->d, 21) ^ v->a;
    v->c += v->b, v->b = rotl(v->b, 17) ^ v->c, v->c = rotl(v->c, 32);
}

/* siphash() of the eight bytes of one number, kept in registers: this runs four times for every
 * endpoint. */
static uint64_t sip_word(uint64_t key0, uint64_t key1, uint64_t word)
{
    struct sip v = { key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du,
                     key0 ^ 0x6c7967656e657261u, key1 ^ 0x7465646279746573u };
    const uint64_t blocks[2] = { word, (uint64_t)sizeof(word) << 56 };
    for (int i = 0; i < 2; i++) {
        v.d ^= blocks[i];
        sip_round(&v);
        sip_round(&v);
        v.a ^= blocks[i];
    }
    v.c ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(&v);
    return v.a ^ v.b ^ v.c ^ v.d;
}

/* Uniform enough in [0, bound): the high half of a product, no division. */
static uint64_t round_value(const struct permutation *p, unsigned round, uint64_t half,
                            uint64_t bound)
{
    uint64_t hash = sip_word(p->key0, p->key1 + round, half);
    return (uint64_t)((unsigned __int128)hash * bound >> 64);
}

/* Each round adds a function of one half to the other; the halves then change places, and with
 * them their bounds. An even number of rounds brings both back. */
static uint64_t step(const struct permutation *p, uint64_t m)
{
    uint64_t a = m % p->left, b = m / p->left;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t bound = round % 2 ? p->right : p->left;
        uint64_t sum = a + round_value(p, round, b, bound);
        a = b;
        b = sum >= bound ? sum - bound : sum;
    }
    return b * p->left + a;
}

uint64_t permutation_at(const struct permutation *p, uint64_t i)
{
    do
        i = step(p, i);
    while (i >= p->total);
    return i;
}

bool shard_parse(struct span text, struct shard *ret, struct error *e)
{
    struct quoted q;
    struct span rest = text, first = span_cut(&rest, '/');
    uint64_t index, count;
    if (!span_u64(first, 1000000, &index) || !span_u64(rest, 1000000, &count) || index == 0 ||
        index > count)
        return error_set(e, "shard \"%s\": write which part of how many, as in 1/4 to 4/4",
                         quote(&q, text));
    *ret = (struct shard){ index - 1, count };
    return true;
}
