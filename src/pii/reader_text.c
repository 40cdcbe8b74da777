/* Free text and logs: whole lines where there are lines. Subjects (what a line is about) are taken
 * from the first lines and from one of DEEP_EVERY after them; what words in front say (lines.h) from the first and
 * from one of LOOK_EVERY. */
#include "pii/reader.h"

enum { OVERLAP = 512, LINE_BYTES_MIN = 8, KEY_BYTES_MAX = 16384 };

size_t text_cut(const struct text *t, size_t from, bool full)
{
    for (size_t b = t->len / CLASS_BLOCK + 1; b-- > from / CLASS_BLOCK;) {
        uint64_t lines = t->masks->line[b];
        if (lines) {
            size_t at = b * CLASS_BLOCK + 63 - (size_t)__builtin_clzll(lines);
            if (at >= from && at < t->len)
                return at + 1;
        }
    }
    if (!full)
        return from;
    size_t least = t->len > OVERLAP ? t->len - OVERLAP : 1;
    for (size_t at = t->len; at > least; at--)
        if (t->base[at - 1] <= ' ')
            return at;
    return least;
}

/* A private key runs over lines: where one begins so near the end that the rest of it may not be
 * here yet, the text is cut before its line. */
static size_t before_key(const struct text *t, size_t cut)
{
    static const char HEAD[] = "-----BEGIN ";
    size_t from = t->len > KEY_BYTES_MAX ? t->len - KEY_BYTES_MAX : 0;
    for (size_t b = from / CLASS_BLOCK; b * CLASS_BLOCK < cut; b++) {
        for (uint64_t bits = t->masks->literal[b]; bits; bits &= bits - 1) {
            size_t at = b * CLASS_BLOCK + (size_t)__builtin_ctzll(bits);
            if (at < from || at >= cut || memcmp(t->base + at, HEAD, sizeof(HEAD) - 1) != 0)
                continue;
            while (at > 0 && t->base[at - 1] != '\n')
                at--;
            return at ? at : cut;
        }
    }
    return cut;
}

/* Moves behind the `wanted`-th line end from `at` on, at most to `cut`; counts those passed. */
static size_t skip_lines(const struct profile *p, const struct text *t, size_t at, size_t cut,
                         uint64_t wanted, uint64_t *ret_passed)
{
    enum { AT_ONCE = 8 };
    const uint64_t *line = t->masks->line;
    size_t b = at / CLASS_BLOCK;
    uint64_t bits = line[b] & ~0ULL << at % CLASS_BLOCK, passed = 0;
    for (;;) {
        uint64_t here = p->engine->count(&bits, 1);
        if (passed + here >= wanted) {
            for (; passed + 1 < wanted; passed++)
                bits &= bits - 1;
            *ret_passed = wanted;
            return b * CLASS_BLOCK + (size_t)__builtin_ctzll(bits) + 1;
        }
        passed += here;
        for (b++; (b + AT_ONCE) * CLASS_BLOCK <= cut; b += AT_ONCE) {
            here = p->engine->count(line + b, AT_ONCE);
            if (passed + here >= wanted)
                break;
            passed += here;
        }
        if (b * CLASS_BLOCK >= cut) {
            *ret_passed = passed;
            return cut;
        }
        bits = line[b];
    }
}

size_t text_read(struct text_reader *r, struct profile *p, const struct text *t, bool last,
                 bool full)
{
    size_t cut = last ? t->len : before_key(t, text_cut(t, 0, full));
    p->cut = p->cut || (!last && cut && t->base[cut - 1] != '\n');
    for (size_t at = 0; at < cut;) {
        if (r->lines >= DEEP_FIRST && r->lines % DEEP_EVERY != 0) {
            uint64_t passed;
            at = skip_lines(p, t, at, cut, DEEP_EVERY - r->lines % DEEP_EVERY, &passed);
            r->lines += passed;
            if (at == cut && t->base[cut - 1] != '\n')
                r->lines++;
            continue;
        }
        size_t end = TEXT_NEXT(t, at, m_->line[b_]);
        if (end > cut)
            end = cut;
        if (end - at >= LINE_BYTES_MIN)
            profile_subject(p, r->field, t, at, end, r->lines < DEEP_FIRST || r->lines % LOOK_EVERY == 0);
        r->lines++;
        at = end + 1;
    }
    profile_text(p, r->field, t, 0, cut);
    return cut;
}
