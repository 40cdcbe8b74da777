/* Candidates in text.
 *
 * For each block of 64 bytes, shifts and ANDs over the masks leave only the places where something
 * of the right form begins; only those are looked at byte by byte, and each look is bounded. A
 * candidate that touches a letter, a digit, an underscore or a hyphenated word is part of
 * something longer and is left alone. Han text does not bound a word: 号110101... is one. */
#include "pii/checks.h"
#include "pii/find.h"

enum {
    DIGITS_MIN = 9,
    NUMBER_BYTES_MAX = 40,
    ADDRESS_BYTES_MAX = 40,
    LOCAL_BYTES_MAX = 64,
    DOMAIN_BYTES_MAX = 253
};

/* Bit i of the result: bit i + n of the two blocks side by side. */
static inline uint64_t ahead(uint64_t block, uint64_t next, unsigned n)
{
    return block >> n | next << (64 - n);
}

struct finder {
    const struct detectors *d;
    const struct text *t;
    find_fn *found;
    void *self;
};

static uint8_t byte_at(const struct text *t, size_t at)
{
    return at < t->len ? t->base[at] : 0;
}

static uint8_t byte_before(const struct text *t, size_t at)
{
    return at > 0 ? t->base[at - 1] : 0;
}

/* Is the number [from, to) a part of a longer word, a decimal, a path of ids or a UUID? */
static bool is_inside(const struct text *t, size_t from, size_t to)
{
    uint8_t before = byte_before(t, from), after = byte_at(t, to);
    if (is_alnum(before) || before == '_' || is_alnum(after) || after == '_' || before == '%' ||
        before == '#')
        return true;
    if ((before == '-' || before == '.' || before == '=') && from > 1 && before != '=' &&
        is_alnum(t->base[from - 2]))
        return true;
    return (after == '-' || after == '.') && is_alnum(byte_at(t, to + 1));
}

static void report(const struct finder *f, size_t from, size_t to, const struct pii_marks *m)
{
    if (m->shape)
        f->found(f->self, span_of(f->t->base + from, to - from), m);
}

bool find_compact(struct span s, struct compact *ret)
{
    unsigned group = 0, groups = 0;
    uint32_t lengths = 0;
    ret->n = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];
        if (ascii_is_digit(c)) {
            if (ret->n == NUMBER_DIGITS_MAX)
                return false;
            ret->c[ret->n++] = c;
            group++;
        } else {
            if (group > 15 || ++groups > 6)
                return false;
            lengths = lengths << 4 | group;
            group = 0;
        }
    }
    ret->groups = groups ? lengths << 4 | (group & 15) : 0;
    return groups == 0 || group <= 15;
}

/* Judges one number; true where it has the form of something. */
static bool number_at(const struct finder *f, size_t from, size_t to)
{
    struct compact c = { .plus = byte_before(f->t, from) == '+' };
    struct pii_marks m = { 0 };
    uint8_t after = byte_at(f->t, to);
    if (!find_compact(span_of(f->t->base + from, to - from), &c) || c.n < DIGITS_MIN)
        return false;
    bool x = c.n == 17 && (after == 'x' || (after == 'X' && c.groups)) &&
             !is_alnum(byte_at(f->t, to + 1));
    if (x) {
        c.c[c.n++] = 'X';
        c.groups += c.groups != 0;
        to++;
    }
    if (is_inside(f->t, from, to))
        return true;
    token_number(&f->d->rules, &c, &m);
    report(f, from, to, &m);
    return m.shape != 0;
}

/* The bits of one class from position `from` on, 64 of them. */
#define WINDOW(t, from, member) \
    ((from) % CLASS_BLOCK \
         ? ahead((t)->masks[(from) / CLASS_BLOCK].member, \
                 (t)->masks[(from) / CLASS_BLOCK + 1].member, (from) % CLASS_BLOCK) \
         : (t)->masks[(from) / CLASS_BLOCK].member)

/* A run of digits with single gaps, at least nine bytes. */
static void number_run(const struct finder *f, size_t from)
{
    const struct text *t = f->t;
    uint64_t digits = WINDOW(t, from, digit), run = digits | WINDOW(t, from, gap);
    uint64_t inside = ~run ? (1ULL << __builtin_ctzll(~run)) - 1 : ~0ULL;
    if (__builtin_popcountll(digits & inside) < DIGITS_MIN)
        return;
    size_t to = from, spaces = 0, most = from + NUMBER_BYTES_MAX;
    for (;; to++) {
        uint8_t c = byte_at(t, to);
        if (ascii_is_digit(c))
            continue;
        if ((c == ' ' || c == '-') && ascii_is_digit(byte_at(t, to + 1))) {
            spaces += c == ' ';
            continue;
        }
        break;
    }
    if (to - from <= most - from && number_at(f, from, to))
        return;
    if (spaces == 0)
        return;
    /* Several numbers side by side: each for itself. */
    for (size_t at = from; at < to;) {
        size_t end = at;
        while (end < to && t->base[end] != ' ')
            end++;
        if (end - at >= 9 && end - at <= NUMBER_BYTES_MAX)
            (void)number_at(f, at, end);
        at = end + 1;
    }
}

/* "(3)" behind the seven characters of a Hong Kong number. */
static void bracket_check(const struct finder *f, size_t from, size_t to)
{
    const struct text *t = f->t;
    uint8_t check = byte_at(t, to + 1), joined[8];
    struct pii_marks m = { 0 };
    if (byte_at(t, to) != '(' || byte_at(t, to + 2) != ')' ||
        !(ascii_is_digit(check) || check == 'A'))
        return;
    memcpy(joined, t->base + from, 7);
    joined[7] = check;
    token_mixed(&f->d->rules, joined, 8, &m);
    report(f, from, to + 3, &m);
}

/* The 31 province characters, Beijing to Xinjiang, that a plate begins with. */
static bool plate_head(const uint8_t *s)
{
    static const char HEADS[] = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
    for (size_t i = 0; i + 3 < sizeof(HEADS); i += 3)
        if (memcmp(s, HEADS + i, 3) == 0)
            return true;
    return false;
}

static void plate_at(const struct finder *f, size_t from, size_t to)
{
    const uint8_t *s = f->t->base;
    struct pii_marks m = { 0 };
    unsigned digits = 0;
    if (from < 3 || s[from] > 'Z' || s[from] < 'A' || !plate_head(s + from - 3))
        return;
    bool fine = true;
    for (size_t i = from + 1; i < to; i++) {
        digits += ascii_is_digit(s[i]);
        fine = fine && s[i] != 'I' && s[i] != 'O';
    }
    pii_mark(&m, PII_CN_PLATE, fine && digits >= 3);
    report(f, from - 3, to, &m);
}

/* A run of capitals and digits with both in it, at least six bytes. */
static void mixed_run(const struct finder *f, size_t from)
{
    const struct text *t = f->t;
    struct pii_marks m = { 0 };
    size_t to = from, digits = 0;
    while (to - from <= COMPACT_MAX) {
        uint8_t c = byte_at(t, to);
        if (!ascii_is_digit(c) && !(c >= 'A' && c <= 'Z'))
            break;
        digits += ascii_is_digit(c);
        to++;
    }
    size_t n = to - from;
    if (n > COMPACT_MAX || digits == 0 || digits == n)
        return;
    if (n == 6 || n == 7)
        plate_at(f, from, to);
    if (n < 7 || is_inside(t, from, to))
        return;
    if (n == 7) {
        bracket_check(f, from, to);
        return;
    }
    token_mixed(&f->d->rules, t->base + from, n, &m);
    report(f, from, to, &m);
}

/* "DE89 3704 0044 0532 0130 00": groups of four, as printed on paper. */
static void spaced_iban(const struct finder *f, size_t from)
{
    const struct text *t = f->t;
    uint8_t joined[COMPACT_MAX];
    struct pii_marks m = { 0 };
    size_t n = 0, to = from;
    while (n < 34) {
        uint8_t c = byte_at(t, to);
        bool good = ascii_is_digit(c) || (c >= 'A' && c <= 'Z');
        if (!good && !(c == ' ' && n % 4 == 0 && is_alnum(byte_at(t, to + 1))))
            break;
        if (good)
            joined[n++] = c;
        to++;
        if (n >= 15 && iban_country(joined, n))
            break;
    }
    if (n < 15 || is_alnum(byte_at(t, to)) || is_alnum(byte_before(t, from)))
        return;
    token_mixed(&f->d->rules, joined, n, &m);
    report(f, from, to, &m);
}

static bool is_local(uint8_t c)
{
    return is_alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
}

/* Does "//user" stand before the colon? */
static bool in_login(const struct text *t, size_t colon)
{
    for (size_t i = colon; i > 1 && colon - i < LOCAL_BYTES_MAX; i--) {
        if (t->base[i - 1] == '/')
            return t->base[i - 2] == '/';
        if (!is_local(t->base[i - 1]))
            return false;
    }
    return false;
}

static void email_at(const struct finder *f, size_t at)
{
    const struct text *t = f->t;
    struct pii_marks m = { 0 };
    size_t from = at, to = at + 1;
    while (from > 0 && at - from <= LOCAL_BYTES_MAX && is_local(t->base[from - 1]))
        from--;
    while (to < t->len && to - at <= DOMAIN_BYTES_MAX &&
           (is_alnum(t->base[to]) || t->base[to] == '.' || t->base[to] == '-'))
        to++;
    while (to > at + 1 && (t->base[to - 1] == '.' || t->base[to - 1] == '-'))
        to--;
    while (from < at && t->base[from] == '.')
        from++;
    /* scheme://user:password@host and git@host:path are no mailboxes. */
    uint8_t before = byte_before(t, from), after = byte_at(t, to);
    if (before == ':' && in_login(t, from - 1))
        return;
    if (before == '/' || before == '@' || after == ':' || after == '/' || after == '@' ||
        after == '(')
        return;
    if (token_email(span_of(t->base + from, to - from), at - from, &m))
        report(f, from, to, &m);
}

/* One to three digits that end before `end`, without a branch. */
static inline unsigned octet_before(const uint8_t *base, size_t end, unsigned digits)
{
    const uint8_t *s = base + end;
    unsigned value = (unsigned)(s[-1] - '0');
    value += digits > 1 ? (unsigned)(s[-2] - '0') * 10 : 0;
    value += digits > 2 ? (unsigned)(s[-3] - '0') * 100 : 0;
    return value;
}

/* The dots and digits around the first dot, as masks, give the lengths of the four numbers. */
static void ipv4_at(const struct finder *f, size_t dot)
{
    const struct text *t = f->t;
    struct pii_marks m = { 0 };
    /* Up to four digits before the dot, read from byte to byte; what follows comes from the masks. */
    unsigned first = 0;
    while (first < 4 && first < dot && ascii_is_digit(t->base[dot - first - 1]))
        first++;
    size_t from = dot + 1, at = 0;
    uint64_t digits = WINDOW(t, from, digit), dots = WINDOW(t, from, dot);
    unsigned length[4] = { first, 0, 0, 0 };
    size_t end[4] = { dot, 0, 0, 0 };
    for (unsigned i = 1; i < 4; i++) {
        length[i] = (unsigned)__builtin_ctzll(~(digits >> at));
        at += length[i];
        end[i] = from + at;
        if (length[i] > 3 || (i < 3 && !(dots >> at & 1)))
            return;
        at++;
    }
    if (length[0] > 3)
        return;
    uint8_t octet[4];
    bool fine = true;
    for (unsigned i = 0; i < 4; i++) {
        unsigned value = octet_before(t->base, end[i], length[i]);
        fine = fine && length[i] > 0 && value <= 255 &&
               (length[i] == 1 || t->base[end[i] - length[i]] != '0');
        octet[i] = (uint8_t)value;
    }
    size_t start = dot - length[0], stop = end[3];
    uint8_t before = byte_before(t, start), after = byte_at(t, stop);
    if (!fine || is_alnum(before) || before == '.' || before == '_' || before == '-' ||
        is_alnum(after) || after == '_' || after == '-' ||
        (after == '.' && is_alnum(byte_at(t, stop + 1))))
        return;
    token_octets(octet, &m);
    report(f, start, stop, &m);
}

static void colons_at(const struct finder *f, size_t colon)
{
    const struct text *t = f->t;
    struct pii_marks m = { 0 };
    size_t from = colon, to = colon;
    while (from > 0 && colon - from < 5 && is_alnum(t->base[from - 1]))
        from--;
    while (to < t->len && to - from <= ADDRESS_BYTES_MAX &&
           (is_alnum(t->base[to]) || t->base[to] == ':'))
        to++;
    if (from == colon || byte_before(t, from) == ':' || byte_before(t, from) == '_')
        return;
    struct span s = span_of(t->base + from, to - from);
    if (token_mac(s, &m) || token_ipv6(s, &m))
        report(f, from, to, &m);
}

static inline uint64_t gaps_inside(const struct classes *prev, const struct classes *c,
                                   const struct classes *next)
{
    return c->gap & (c->digit << 1 | prev->digit >> 63) & ahead(c->digit, next->digit, 1);
}

#define FOR_BITS(bits, at) \
    for (uint64_t left_ = (bits); left_ && ((at) = base + (size_t)__builtin_ctzll(left_), 1); \
         left_ &= left_ - 1)

/* The blocks around the one that is searched. */
struct around {
    const struct classes *prev, *c, *next, *after;
    size_t base;
    uint64_t wanted; /* positions where a candidate may begin */
};

/* Digits with single gaps between them, nine bytes and more. */
static inline void find_numbers(const struct finder *f, const struct around *b)
{
    const struct classes *c = b->c, *next = b->next;
    uint64_t run = c->digit | gaps_inside(b->prev, c, next),
             run_next = next->digit | gaps_inside(c, next, b->after);
    uint64_t two = run & ahead(run, run_next, 1), two_next = run_next & run_next >> 1;
    uint64_t four = two & ahead(two, two_next, 2), four_next = two_next & two_next >> 2;
    uint64_t eight = four & ahead(four, four_next, 4);
    if (!eight)
        return;
    uint64_t nine = eight & ahead(run, run_next, 8);
    uint64_t before = b->prev->digit | (b->prev->gap & c->digit << 63 & b->prev->digit << 1);
    uint64_t starts = nine & ~(run << 1 | before >> 63) & c->digit & b->wanted;
    size_t base = b->base, at;
    FOR_BITS(starts, at)
    number_run(f, at);
}

/* Capitals and digits, six bytes and more, at least one of each. */
static inline void find_mixed(const struct finder *f, const struct around *b)
{
    const struct classes *c = b->c, *next = b->next, *prev = b->prev;
    /* Somewhere in the run a capital stands beside a digit; most blocks have no such place. */
    uint64_t touch = (c->upper & (c->digit << 1 | ahead(c->digit, next->digit, 1))) |
                     (c->digit & ahead(c->upper, next->upper, 1));
    uint64_t touch_next = next->upper & (next->digit << 1 | next->digit >> 1);
    if (!(touch | touch_next))
        return;
    uint64_t run = c->digit | c->upper, run_next = next->digit | next->upper;
    uint64_t two = run & ahead(run, run_next, 1), two_next = run_next & run_next >> 1;
    uint64_t four = two & ahead(two, two_next, 2), six = four & ahead(two, two_next, 4);
    uint64_t starts = run & ~(run << 1 | (prev->digit | prev->upper) >> 63) &
                      ~(c->lower << 1 | prev->lower >> 63) & b->wanted;
    size_t base = b->base, at;
    FOR_BITS(six & starts, at)
    mixed_run(f, at);
    uint64_t paper = starts & c->upper & ahead(c->upper, next->upper, 1) &
                     ahead(c->digit, next->digit, 2) & ahead(c->digit, next->digit, 3) &
                     ahead(c->gap, next->gap, 4);
    FOR_BITS(paper, at)
    spaced_iban(f, at);
}

/* The first of three dots between digits, each two to four bytes behind the one before. */
static inline void find_dotted(const struct finder *f, const struct around *b)
{
    const struct classes *c = b->c, *next = b->next;
    uint64_t inner = c->dot & (c->digit << 1 | b->prev->digit >> 63) &
                     ahead(c->digit, next->digit, 1);
    if (!inner)
        return;
    uint64_t near = ahead(c->dot, next->dot, 2) | ahead(c->dot, next->dot, 3) |
                    ahead(c->dot, next->dot, 4);
    uint64_t chain = c->dot & near,
             chain_next = next->dot & (next->dot >> 2 | next->dot >> 3 | next->dot >> 4);
    uint64_t first = inner & chain &
                     (ahead(chain, chain_next, 2) | ahead(chain, chain_next, 3) |
                      ahead(chain, chain_next, 4));
    size_t base = b->base, at;
    FOR_BITS(first & b->wanted, at)
    ipv4_at(f, at);
}

static inline uint64_t colons_near(uint64_t block, uint64_t next)
{
    return ahead(block, next, 2) | ahead(block, next, 3) | ahead(block, next, 4) |
           ahead(block, next, 5);
}

/* The first of five colons and more, or a double one. */
static inline void find_colons(const struct finder *f, const struct around *b)
{
    const struct classes *c = b->c, *next = b->next;
    uint64_t doubles = c->colon & ahead(c->colon, next->colon, 1) &
                       ~(c->colon << 1 | b->prev->colon >> 63);
    uint64_t chain = c->colon & colons_near(c->colon, next->colon),
             chain_next = next->colon & colons_near(next->colon, 0);
    for (unsigned i = 0; i < 3 && chain; i++) {
        uint64_t longer = chain & colons_near(chain, chain_next);
        chain_next &= colons_near(chain_next, 0);
        chain = longer;
    }
    if (!(chain | doubles))
        return;
    uint64_t prior = c->colon << 2 | c->colon << 3 | c->colon << 4 | c->colon << 5 |
                     b->prev->colon >> 62 | b->prev->colon >> 61 | b->prev->colon >> 60 |
                     b->prev->colon >> 59;
    size_t base = b->base, at;
    FOR_BITS((chain | doubles) & ~prior & b->wanted, at)
    colons_at(f, at);
}

static void find_literals(const struct finder *f, const struct around *b)
{
    size_t base = b->base, at;
    FOR_BITS(b->c->literal & b->wanted, at)
    {
        struct pii_marks m = { 0 };
        size_t n = detectors_secret(f->d, span_of(f->t->base, f->t->len), at, &m);
        if (n)
            report(f, at, at + n, &m);
    }
}

void find_tokens(const struct detectors *d, const struct text *t, size_t from, size_t to,
                 find_fn *found, void *self)
{
    static const struct classes NOTHING;
    const struct finder f = { d, t, found, self };
    for (size_t block = from / CLASS_BLOCK; block * CLASS_BLOCK < to; block++) {
        const struct classes *c = &t->masks[block];
        struct around b = { .prev = block ? c - 1 : &NOTHING,
                            .c = c,
                            .next = c + 1,
                            .base = block * CLASS_BLOCK,
                            .after = (block + 2) * CLASS_BLOCK < t->len ? c + 2 : &NOTHING,
                            .wanted = ~0ULL };
        if (from > b.base)
            b.wanted &= ~0ULL << (from - b.base);
        if (to - b.base < CLASS_BLOCK)
            b.wanted &= (1ULL << (to - b.base)) - 1;
        if (c->digit)
            find_numbers(&f, &b);
        if (c->upper | c->digit)
            find_mixed(&f, &b);
        size_t base = b.base, at;
        FOR_BITS(c->at & b.wanted, at)
        email_at(&f, at);
        if (c->dot)
            find_dotted(&f, &b);
        if (c->colon)
            find_colons(&f, &b);
        if (c->literal & b.wanted)
            find_literals(&f, &b);
    }
}
