/* Candidates in text.
 *
 * The masks say where something of the right form may begin; only those places are looked at, and
 * each look is bounded. What the caller's sample does not want is dropped before its check digits
 * are looked at: of many candidates a sample keeps few. A candidate that touches a letter, a digit,
 * an underscore or a hyphenated word is part of something longer and is left alone. Han text does
 * not bound a word: 号110101... is one. */
#include "pii/checks.h"
#include "pii/find.h"
#include "pii/hash.h"
#include "pii/twice.h"

enum {
    DIGITS_MIN = 9,
    NUMBER_BYTES_MAX = 40,
    ADDRESS_BYTES_MAX = 40,
    LOCAL_BYTES_MAX = 64,
    DOMAIN_BYTES_MAX = 253,
    STRETCH_BLOCKS = 32,
    STRETCH_DOTS = STRETCH_BLOCKS * CLASS_BLOCK / 2 /* digits on both sides of each */
};

struct finder {
    const struct detectors *d;
    const struct text *t;
    const struct sample *wanted;
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

static struct span token_of(const struct finder *f, size_t from, size_t to)
{
    return span_of(f->t->base + from, to - from);
}

/* Does the sample want this token, whatever it is? */
static inline bool is_wanted(const struct finder *f, size_t from, size_t to)
{
    return sample_wants(f->wanted, profile_hash(token_of(f, from, to)));
}

static void report(const struct finder *f, size_t from, size_t to, const struct pii_marks *m)
{
    struct span token = token_of(f, from, to);
    uint64_t hash = profile_hash(token);
    if (m->shape && sample_wants(f->wanted, hash))
        f->found(f->self, token, hash, m);
}

/* The number s with its groups ("138-0013-8000"). */
static bool find_compact(struct span s, struct compact *ret)
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

/* Judges one number; true where it has the form of something. `alone`: the caller does not ask. */
static bool number_at(const struct finder *f, size_t from, size_t to, bool alone)
{
    struct compact c = { .plus = byte_before(f->t, from) == '+' };
    struct pii_marks m = { 0 };
    uint8_t after = byte_at(f->t, to);
    if (!find_compact(token_of(f, from, to), &c) || c.n < DIGITS_MIN)
        return false;
    bool x = c.n == 17 && (after == 'x' || (after == 'X' && c.groups)) &&
             !is_alnum(byte_at(f->t, to + 1));
    if (x) {
        c.c[c.n++] = 'X';
        c.groups += c.groups != 0;
        to++;
    }
    if (is_inside(f->t, from, to) || (alone && !is_wanted(f, from, to)))
        return true;
    token_number(&f->d->rules, &c, &m);
    report(f, from, to, &m);
    return m.shape != 0;
}

/* Digits without a gap: most numbers. */
static void number_bare(const struct finder *f, size_t from, size_t n)
{
    struct compact c = { .plus = byte_before(f->t, from) == '+' };
    struct pii_marks m = { 0 };
    size_t to = from + n;
    if (n > NUMBER_DIGITS_MAX)
        return;
    if (n == 17 && byte_at(f->t, to) == 'x' && !is_alnum(byte_at(f->t, to + 1)))
        to++;
    if (!is_wanted(f, from, to) || is_inside(f->t, from, to))
        return;
    memcpy(c.c, f->t->base + from, n);
    if (to > from + n)
        c.c[n] = 'X';
    c.n = (uint8_t)(to - from);
    token_number(&f->d->rules, &c, &m);
    report(f, from, to, &m);
}

/* The end of a run of digits with single gaps that begins at `from`. */
static size_t number_end(const struct text *t, size_t from)
{
    size_t to = from;
    for (;; to++) {
        uint8_t c = byte_at(t, to);
        bool gap = (c == ' ' || c == '-') && ascii_is_digit(byte_at(t, to + 1));
        if (!ascii_is_digit(c) && !gap)
            return to;
    }
}

/* A run of digits with single gaps, at least nine bytes. */
static void number_run(const struct finder *f, size_t from)
{
    const struct text *t = f->t;
    uint64_t digits = mask_window(t->masks->digit, from), gaps = mask_window(t->masks->gap, from);
    uint64_t run = digits | (gaps & digits << 1 & digits >> 1);
    size_t n = (size_t)__builtin_ctzll(~run | 1ULL << 63);
    uint64_t inside = (1ULL << n) - 1;
    if ((digits & inside) == inside && n < 63) {
        number_bare(f, from, n);
        return;
    }
    if (__builtin_popcountll(digits & inside) < DIGITS_MIN)
        return;
    size_t to = n < 62 ? from + n : number_end(t, from);
    bool spaces = memchr(t->base + from, ' ', to - from) != NULL;
    if (to - from <= NUMBER_BYTES_MAX && number_at(f, from, to, !spaces))
        return;
    if (!spaces)
        return;
    /* Several numbers side by side: each for itself. */
    for (size_t at = from; at < to;) {
        size_t end = at;
        while (end < to && t->base[end] != ' ')
            end++;
        if (end - at >= DIGITS_MIN && end - at <= NUMBER_BYTES_MAX)
            (void)number_at(f, at, end, true);
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

/* A run of capitals and digits, at least six bytes; of interest where it has both. */
static void mixed_run(const struct finder *f, size_t from)
{
    const struct text *t = f->t;
    struct pii_marks m = { 0 };
    uint64_t digits = mask_window(t->masks->digit, from);
    uint64_t run = digits | mask_window(t->masks->upper, from);
    size_t n = (size_t)__builtin_ctzll(~run | 1ULL << 63), to = from + n;
    uint64_t inside = (1ULL << n) - 1;
    if (n > COMPACT_MAX || (digits & inside) == 0 || (digits & inside) == inside)
        return;
    if (n == 6 || n == 7)
        plate_at(f, from, to);
    if (n < 7 || is_inside(t, from, to))
        return;
    if (n == 7) {
        bracket_check(f, from, to);
        return;
    }
    if (!is_wanted(f, from, to))
        return;
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

/* Letters, digits and dots from `from` on: how many of the first 64 bytes. */
static inline uint64_t plain_window(const struct text *t, size_t from)
{
    const struct masks *m = t->masks;
    return mask_window(m->digit, from) | mask_window(m->upper, from) | mask_window(m->lower, from) |
           mask_window(m->dot, from);
}

/* scheme://user:password@host, the password in [from, at): a connection with a password, unless that or the
 * host is one of a manual. */
static void login_at(const struct finder *f, size_t from, size_t at, size_t to)
{
    static const char *const MANUALS[] = { "pass", "password", "passwd", "pwd", "secret", "changeme",
                                           "xxx",  "xxxx",     "token",  "user", "username" };
    const struct text *t = f->t;
    struct pii_marks m = { 0 };
    struct span password = token_of(f, from, at), address = token_of(f, from, to);
    size_t start = from;
    while (start > 0 && from - start < LOCAL_BYTES_MAX + 16 &&
           (is_alnum(t->base[start - 1]) || strchr(":/+.-_%", t->base[start - 1])))
        start--;
    bool manual = password.len < 4;
    for (size_t i = 0; i < sizeof(MANUALS) / sizeof(MANUALS[0]); i++)
        manual = manual || span_eq_nocase(password, span_str(MANUALS[i]));
    if (manual || !token_email(address, at - from, &m) || m.test)
        return;
    m = (struct pii_marks){ 0 };
    pii_mark(&m, PII_CONNECTION, true);
    report(f, start, to, &m);
}

static void email_at(const struct finder *f, size_t at)
{
    const struct text *t = f->t;
    struct pii_marks m = { 0 };
    /* Letters, digits and dots on both sides by mask, anything else byte by byte. */
    uint64_t before_at = at >= 64 ? plain_window(t, at - 64)
                         : at     ? plain_window(t, 0) << (64 - at)
                                  : 0;
    uint64_t behind_at = plain_window(t, at + 1);
    size_t from = at - (size_t)__builtin_clzll(~before_at | 1);
    size_t to = at + 1 + (size_t)__builtin_ctzll(~behind_at | 1ULL << 63);
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
    if (before == ':' && in_login(t, from - 1)) {
        login_at(f, from, at, to);
        return;
    }
    if (before == '/' || before == '@' || after == ':' || after == '/' || after == '@' ||
        after == '(' || !is_wanted(f, from, to))
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

/* The four numbers around three dots; length[i] digits end before end[i]. */
struct quad {
    size_t end[4];
    unsigned length[4];
};

/* The value of such a quad, which the sample wants. */
static __attribute__((noinline)) void quad_judge(const struct finder *f, const struct quad *q)
{
    const struct text *t = f->t;
    size_t start = q->end[0] - q->length[0], stop = q->end[3];
    struct pii_marks m = { 0 };
    uint8_t octet[4];
    bool fine = true;
    for (unsigned i = 0; i < 4; i++) {
        if (q->length[i] == 0)
            return;
        unsigned value = octet_before(t->base, q->end[i], q->length[i]);
        fine = fine && value <= 255 &&
               (q->length[i] == 1 || t->base[q->end[i] - q->length[i]] != '0');
        octet[i] = (uint8_t)value;
    }
    uint8_t before = byte_before(t, start), after = byte_at(t, stop);
    if (!fine || is_alnum(before) || before == '.' || before == '_' || before == '-' ||
        is_alnum(after) || after == '_' || after == '-' ||
        (after == '.' && is_alnum(byte_at(t, stop + 1))))
        return;
    token_octets(octet, &m);
    report(f, start, stop, &m);
}

/* The dots and digits around the first dot, as masks, give the lengths of the four numbers. */
TWICE_INLINE void ipv4_at(const struct finder *f, size_t dot)
{
    enum { BEFORE = 4, BEHIND = BEFORE + 1 };
    /* A word of zeros lies in front of every mask. */
    size_t window = dot + CLASS_BLOCK - BEFORE;
    uint64_t digits = mask_window(f->t->masks->digit - 1, window);
    uint64_t dots = mask_window(f->t->masks->dot - 1, window) >> BEHIND, more = dots & (dots - 1);
    if (more == 0)
        return;
    unsigned second = (unsigned)__builtin_ctzll(dots), third = (unsigned)__builtin_ctzll(more);
    unsigned first_length = (unsigned)__builtin_clzll(~(digits << (64 - BEFORE)));
    uint64_t behind = ~(digits >> BEHIND >> third >> 1) | 1ULL << 63;
    unsigned last_length = (unsigned)__builtin_ctzll(behind);
    uint64_t inner = (1ULL << third) - 1;
    bool shaped = (((digits >> BEHIND) ^ ~dots) & inner) == 0 && second <= 3 &&
                  third - second <= 4 && first_length <= 3 && last_length <= 3;
    size_t start = dot - first_length, stop = dot + 1 + third + 1 + last_length;
    if (!shaped || !sample_wants(f->wanted, profile_hash_inside(f->t->base + start, stop - start)))
        return;
    quad_judge(f, &(struct quad){ { dot, dot + 1 + second, dot + 1 + third, stop },
                                  { first_length, second, third - second - 1, last_length } });
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

/* Calls `what` for every bit of `mask`, lowest first. */
TWICE_INLINE void each(const struct finder *f, size_t base, uint64_t mask,
                       void (*what)(const struct finder *f, size_t at))
{
    for (; mask; mask &= mask - 1)
        what(f, base + (size_t)__builtin_ctzll(mask));
}

/* The full-width digit or capital at `at` in ASCII; 0 where there is none. */
static uint8_t wide_at(const struct text *t, size_t at)
{
    const uint8_t *s = t->base + at;
    if (at + 3 > t->len || s[0] != 0xef || s[1] != 0xbc || s[2] < 0x90 || s[2] > 0xba)
        return 0;
    uint8_t c = (uint8_t)(s[2] - 0x90 + '0');
    return ascii_is_digit(c) || (c >= 'A' && c <= 'Z') ? c : 0;
}

/* １１０１０５１９４９１２３１００２Ｘ: a run of full-width digits, as input methods write them. */
static void wide_run(const struct finder *f, size_t from)
{
    struct compact c = { .n = 0 };
    struct pii_marks m = { 0 };
    size_t to = from;
    uint8_t ch;
    if (from >= 3 && wide_at(f->t, from - 3))
        return;
    for (; c.n < NUMBER_DIGITS_MAX && (ch = wide_at(f->t, to)); to += 3)
        c.c[c.n++] = ch;
    for (size_t i = 0; i + 1 < c.n; i++)
        if (!ascii_is_digit(c.c[i]))
            return;
    bool number = c.n && (ascii_is_digit(c.c[c.n - 1]) || (c.n == 18 && c.c[17] == 'X'));
    if (c.n < DIGITS_MIN || !number || wide_at(f->t, to))
        return;
    token_number(&f->d->rules, &c, &m);
    report(f, from, to, &m);
}

/* mail=jo%40example.org: a mailbox in a query or a form. */
static void percent_mail(const struct finder *f, size_t at)
{
    enum { SIGN = 3 };
    const struct text *t = f->t;
    uint8_t plain[LOCAL_BYTES_MAX + DOMAIN_BYTES_MAX + 1];
    struct pii_marks m = { 0 };
    size_t from = at, to = at + SIGN, local;
    if (to >= t->len || memcmp(t->base + at, "%40", SIGN) != 0)
        return;
    while (from > 0 && at - from < LOCAL_BYTES_MAX && is_local(t->base[from - 1]) && t->base[from - 1] != '%')
        from--;
    while (to < t->len && to - at < DOMAIN_BYTES_MAX &&
           (is_alnum(t->base[to]) || t->base[to] == '.' || t->base[to] == '-'))
        to++;
    while (to > at + SIGN && t->base[to - 1] == '.')
        to--;
    local = at - from;
    if (local == 0 || byte_before(t, from) == '%' || !is_wanted(f, from, to))
        return;
    memcpy(plain, t->base + from, local);
    plain[local] = '@';
    memcpy(plain + local + 1, t->base + at + SIGN, to - at - SIGN);
    if (token_email(span_of(plain, local + 1 + to - at - SIGN), local, &m))
        report(f, from, to, &m);
}

static void literal_at(const struct finder *f, size_t at)
{
    if (f->t->base[at] == '%') {
        percent_mail(f, at);
        return;
    }
    if (f->t->base[at] == 0xef) {
        wide_run(f, at);
        return;
    }
    struct pii_marks m = { 0 };
    size_t n = detectors_secret(f->d, span_of(f->t->base, f->t->len), at, &m);
    if (n)
        report(f, at, at + n, &m);
}

/* Everything but numbers with dots, which logs are full of. */
static __attribute__((noinline)) void find_rest(const struct finder *f, size_t b, uint64_t inside)
{
    const struct masks *m = f->t->masks;
    size_t base = b * CLASS_BLOCK;
    each(f, base, m->number[b] & inside, number_run);
    each(f, base, m->mixed[b] & inside, mixed_run);
    each(f, base, m->paper[b] & inside, spaced_iban);
    each(f, base, m->at[b] & inside, email_at);
    each(f, base, m->colons[b] & inside, colons_at);
    each(f, base, m->literal[b] & inside, literal_at);
}

/* A stretch of a text: where something begins in its blocks. Noted first and without a branch, since in
 * which of a line's blocks something stands cannot be foretold. */
struct stretch {
    size_t first, from, to; /* the first block; what is looked at, in bytes of the text */
    unsigned dots, rests;
    uint16_t dot[STRETCH_DOTS];    /* a byte of the stretch */
    uint16_t rest[STRETCH_BLOCKS]; /* a block of the stretch */
};

/* Which bytes of block b are looked at. */
TWICE_INLINE uint64_t inside_of(const struct stretch *s, size_t b)
{
    size_t base = b * CLASS_BLOCK;
    uint64_t inside = s->from > base ? ~0ULL << (s->from - base) : ~0ULL;
    return s->to - base < CLASS_BLOCK ? inside & ((1ULL << (s->to - base)) - 1) : inside;
}

TWICE_INLINE uint64_t note_dot(struct stretch *s, unsigned base, uint64_t dotted)
{
    s->dot[s->dots] = (uint16_t)(base + (unsigned)__builtin_ctzll(dotted | 1ULL << 63));
    s->dots += dotted != 0;
    return dotted & (dotted - 1);
}

TWICE_INLINE void note_block(struct stretch *s, const struct masks *m, size_t b)
{
    uint64_t inside = inside_of(s, b), dotted = m->dotted[b] & inside;
    unsigned base = (unsigned)(b - s->first) * CLASS_BLOCK;
    s->rest[s->rests] = (uint16_t)(b - s->first);
    s->rests += (m->any[b] & inside & ~dotted) != 0;
    dotted = note_dot(s, base, dotted);
    dotted = note_dot(s, base, dotted);
    while (dotted)
        dotted = note_dot(s, base, dotted);
}

TWICE_INLINE void find_all(const struct finder *f, size_t from, size_t to)
{
    const struct masks *m = f->t->masks;
    struct stretch s;
    s.from = from;
    s.to = to;
    for (s.first = from / CLASS_BLOCK; s.first * CLASS_BLOCK < to; s.first += STRETCH_BLOCKS) {
        s.dots = s.rests = 0;
        for (size_t b = s.first; b < s.first + STRETCH_BLOCKS && b * CLASS_BLOCK < to; b++)
            note_block(&s, m, b);
        for (unsigned i = 0; i < s.dots; i++)
            ipv4_at(f, s.first * CLASS_BLOCK + s.dot[i]);
        for (unsigned i = 0; i < s.rests; i++)
            find_rest(f, s.first + s.rest[i], inside_of(&s, s.first + s.rest[i]));
    }
}

#ifdef __x86_64__
BMI_TARGET static void find_all_bmi(const struct finder *f, size_t from, size_t to)
{
    find_all(f, from, to);
}
#endif

void find_tokens(const struct detectors *d, const struct text *t, size_t from, size_t to,
                 const struct sample *wanted, find_fn *found, void *self)
{
    const struct finder f = { d, t, wanted, found, self };
#ifdef __x86_64__
    if (has_bmi()) {
        find_all_bmi(&f, from, to);
        return;
    }
#endif
    find_all(&f, from, to);
}
