/* Free text and logs: whole lines where there are lines. Subjects (what a line is about) are taken
 * from the first lines and from one of DEEP_EVERY after them. */
#include "pii/reader.h"

enum { OVERLAP = 512, LINE_BYTES_MIN = 24 };

size_t text_cut(const struct text *t, size_t from, bool full)
{
    for (size_t b = t->len / CLASS_BLOCK + 1; b-- > from / CLASS_BLOCK;) {
        uint64_t lines = t->masks[b].line;
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

size_t text_read(struct text_reader *r, struct profile *p, const struct text *t, bool last,
                 bool full)
{
    size_t cut = last ? t->len : text_cut(t, 0, full);
    for (size_t at = 0; at < cut;) {
        bool deep = r->lines < DEEP_FIRST || r->lines % DEEP_EVERY == 0;
        size_t next_block = (at / CLASS_BLOCK + 1) * CLASS_BLOCK;
        unsigned ends = deep ? 0
                             : (unsigned)__builtin_popcountll(t->masks[at / CLASS_BLOCK].line >>
                                                              (at % CLASS_BLOCK));
        if (!deep && next_block <= cut && r->lines % DEEP_EVERY + ends < DEEP_EVERY) {
            /* No line to look at begins in the rest of this block. */
            r->lines += ends;
            at = next_block;
            continue;
        }
        size_t end = TEXT_NEXT(t, at, c_->line);
        if (end > cut)
            end = cut;
        if (deep && end - at >= LINE_BYTES_MIN)
            profile_subject(p, r->field, span_of(t->base + at, end - at));
        r->lines++;
        at = end + 1;
    }
    profile_text(p, r->field, t, 0, cut);
    return cut;
}
