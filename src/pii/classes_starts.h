/* The second pass: from the masks of classes to the places where a candidate may begin. Written
 * once over WORDS, one or several 64-bit words of neighbouring blocks side by side:
 *   WORDS, V_TARGET   vector of uint64_t (or uint64_t itself), function attribute
 *   STARTS            the name of the function
 *   W_SHIFTS          defined where w_ahead and w_behind are, for an instruction that shifts two words
 * Shifts by blocks are unaligned loads; bits that a step wants from the block before or behind come
 * from there. No include guard: it is meant to be included once a file. */

#define W_INLINE V_TARGET __attribute__((always_inline)) static inline

W_INLINE WORDS w_load(const uint64_t *p)
{
    WORDS w;
    memcpy(&w, p, sizeof(w));
    return w;
}

W_INLINE void w_store(uint64_t *p, WORDS w)
{
    memcpy(p, &w, sizeof(w));
}

/* Bit i: bit i + n of a block and its next side by side; and bit i - 1. */
#ifndef W_SHIFTS
W_INLINE WORDS w_ahead(WORDS block, WORDS next, int n)
{
    return block >> n | next << (64 - n);
}

W_INLINE WORDS w_behind(WORDS block, WORDS prev)
{
    return block << 1 | prev >> 63;
}
#endif

/* Digits, and single gaps between two digits. */
W_INLINE WORDS w_run(const uint64_t *digit, const uint64_t *gap)
{
    WORDS d = w_load(digit);
    return d | (w_load(gap) & w_behind(d, w_load(digit - 1)) & w_ahead(d, w_load(digit + 1), 1));
}

/* Eight in a row. */
W_INLINE WORDS w_eight(WORDS one, WORDS next)
{
    WORDS two = one & w_ahead(one, next, 1), two_next = next & next >> 1;
    WORDS four = two & w_ahead(two, two_next, 2), four_next = two_next & two_next >> 2;
    return four & w_ahead(four, four_next, 4);
}

/* Nine digits, or ten bytes with gaps: in nine there are fewer digits. */
W_INLINE WORDS w_numbers(const struct masks *m, size_t b)
{
    WORDS run = w_run(m->digit + b, m->gap + b), run_next = w_run(m->digit + b + 1, m->gap + b + 1);
    WORDS digit = w_load(m->digit + b), next = w_load(m->digit + b + 1);
    WORDS prev = w_load(m->digit + b - 1);
    WORDS bare = w_eight(digit, next) & w_ahead(digit, next, 8);
    WORDS gapped = w_eight(run, run_next) & w_ahead(run, run_next, 8) & w_ahead(run, run_next, 9);
    WORDS before = prev | (w_load(m->gap + b - 1) & digit << 63 & prev << 1);
    return (bare | gapped) & ~(run << 1 | before >> 63) & digit;
}

W_INLINE WORDS w_mixed(const struct masks *m, size_t b, WORDS *ret_paper)
{
    WORDS digit = w_load(m->digit + b), digit_next = w_load(m->digit + b + 1);
    WORDS upper = w_load(m->upper + b), upper_next = w_load(m->upper + b + 1);
    WORDS run = digit | upper, run_next = digit_next | upper_next;
    WORDS run_prev = w_load(m->digit + b - 1) | w_load(m->upper + b - 1);
    WORDS two = run & w_ahead(run, run_next, 1), two_next = run_next & run_next >> 1;
    WORDS four = two & w_ahead(two, two_next, 2), six = four & w_ahead(two, two_next, 4);
    WORDS starts = run & ~w_behind(run, run_prev) &
                   ~w_behind(w_load(m->lower + b), w_load(m->lower + b - 1));
    *ret_paper = starts & upper & w_ahead(upper, upper_next, 1) & w_ahead(digit, digit_next, 2) &
                 w_ahead(digit, digit_next, 3) &
                 w_ahead(w_load(m->gap + b), w_load(m->gap + b + 1), 4);
    return six & starts;
}

/* Dots two to four bytes behind one another, the first of three, digits around the first. */
W_INLINE WORDS w_dotted(const struct masks *m, size_t b)
{
    WORDS dot = w_load(m->dot + b), next = w_load(m->dot + b + 1);
    WORDS digit = w_load(m->digit + b);
    WORDS inner = dot & w_behind(digit, w_load(m->digit + b - 1)) &
                  w_ahead(digit, w_load(m->digit + b + 1), 1);
    WORDS chain = dot & (w_ahead(dot, next, 2) | w_ahead(dot, next, 3) | w_ahead(dot, next, 4));
    WORDS chain_next = next & (next >> 2 | next >> 3 | next >> 4);
    return inner & chain &
           (w_ahead(chain, chain_next, 2) | w_ahead(chain, chain_next, 3) |
            w_ahead(chain, chain_next, 4));
}

/* Bit i: any bit i + 2 to i + 5. */
W_INLINE WORDS w_near_inside(WORDS block)
{
    WORDS two = block | block >> 1;
    return (two | two >> 2) >> 2;
}

W_INLINE WORDS w_near(WORDS block, WORDS next)
{
    WORDS two = block | w_ahead(block, next, 1), two_next = next | next >> 1;
    WORDS four = two | w_ahead(two, two_next, 2), four_next = two_next | two_next >> 2;
    return w_ahead(four, four_next, 2);
}

W_INLINE WORDS w_colons(const struct masks *m, size_t b)
{
    WORDS colon = w_load(m->colon + b), prev = w_load(m->colon + b - 1);
    WORDS next = w_load(m->colon + b + 1);
    WORDS doubles = colon & w_ahead(colon, next, 1) & ~w_behind(colon, prev);
    WORDS chain = colon & w_near(colon, next), chain_next = next & w_near_inside(next);
    for (unsigned i = 0; i < 3; i++) {
        WORDS longer = chain & w_near(chain, chain_next);
        chain_next &= w_near_inside(chain_next);
        chain = longer;
    }
    WORDS two = colon | w_behind(colon, prev), two_prev = prev | prev << 1;
    WORDS prior = two << 4 | two << 2 | two_prev >> 60 | two_prev >> 62;
    return (chain | doubles) & ~prior;
}

V_TARGET static void STARTS(const struct masks *m, size_t blocks)
{
    for (size_t b = 0; b < blocks; b += sizeof(WORDS) / sizeof(uint64_t)) {
        WORDS paper, mixed = w_mixed(m, b, &paper), dotted = w_dotted(m, b);
        WORDS colons = w_colons(m, b);
        WORDS numbers = w_numbers(m, b);
        w_store(m->number + b, numbers);
        w_store(m->mixed + b, mixed);
        w_store(m->paper + b, paper);
        w_store(m->dotted + b, dotted);
        w_store(m->colons + b, colons);
        WORDS at = w_load(m->at + b);
        WORDS few = mixed | paper | dotted | colons | w_load(m->literal + b);
        w_store(m->other + b, few | at);
        w_store(m->hard + b, few | numbers);
        w_store(m->any + b, few | numbers | at);
        w_store(m->plain + b, w_load(m->lower + b) | w_load(m->upper + b) | w_load(m->digit + b) |
                                  w_load(m->dot + b) | at);
    }
}
