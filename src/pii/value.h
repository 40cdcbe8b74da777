/* One whole value of a field: what it can be, and what else it tells (a birth date, a sex, a
 * number), which the field's statistics and the comparison between fields live on. */
#ifndef AJAR_PII_VALUE_H
#define AJAR_PII_VALUE_H

#include "pii/find.h"

enum { PIECE_MAX = 64 };

/* A value of at most PIECE_MAX bytes with its masks, bit 0 = first byte. */
struct piece {
    const uint8_t *at;
    size_t len;
    uint64_t digit, upper, lower, high, mailbox, dot, colon, literal;
};

enum sex { SEX_UNKNOWN, SEX_MALE, SEX_FEMALE };

enum value_form { FORM_EMPTY, FORM_NUMBER, FORM_HEX, FORM_HAN, FORM_DATE, FORM_OTHER };

struct value {
    struct pii_marks marks;
    enum value_form form;
    int date;           /* yyyymmdd where the whole value is a date, else 0 */
    int birth;          /* the date inside an identity number, else 0 */
    enum sex birth_sex; /* the sex inside an identity number */
    enum sex sex;       /* where the whole value is a sex */
    uint8_t province;   /* of a Chinese ID, else 0 */
    uint64_t number;    /* FORM_NUMBER of up to 19 digits */
};

static inline uint64_t piece_ones(size_t n)
{
    return n >= 64 ? ~0ULL : (1ULL << n) - 1;
}

static inline uint64_t piece_cut(uint64_t block, uint64_t next, unsigned shift, uint64_t all)
{
    return (shift ? block >> shift | next << (64 - shift) : block) & all;
}

/* The piece [from, to) of a text; to - from <= PIECE_MAX. */
static inline struct piece piece_of(const struct text *t, size_t from, size_t to)
{
    const struct classes *c = &t->masks[from / CLASS_BLOCK], *next = c + 1;
    unsigned shift = from % CLASS_BLOCK;
    uint64_t all = piece_ones(to - from);
    return (struct piece){
        .at = t->base + from,
        .len = to - from,
        .digit = piece_cut(c->digit, next->digit, shift, all),
        .upper = piece_cut(c->upper, next->upper, shift, all),
        .lower = piece_cut(c->lower, next->lower, shift, all),
        .high = piece_cut(c->high, next->high, shift, all),
        .mailbox = piece_cut(c->at, next->at, shift, all),
        .dot = piece_cut(c->dot, next->dot, shift, all),
        .colon = piece_cut(c->colon, next->colon, shift, all),
        .literal = piece_cut(c->literal, next->literal, shift, all),
    };
}

/* Drops white space, an apostrophe in front (a spreadsheet's "text") and ".0" behind a number. */
void piece_trim_slowly(struct piece *p);

static inline void piece_trim(struct piece *p)
{
    if (p->len == 0)
        return;
    uint8_t first = p->at[0], last = p->at[p->len - 1];
    if (first <= ' ' || first == '\'' || first == '"' || last <= ' ' || last == '\'' ||
        last == '"' || (last == '0' && p->dot))
        piece_trim_slowly(p);
}

void value_judge(const struct detectors *d, const struct piece *p, struct value *ret);

/* value_han.c: values that hold bytes of 0x80 and above, of any length. */
void value_han(const struct detectors *d, struct span s, struct value *ret);
/* A value in full-width letters and digits as ASCII into out; 0 where it holds anything else. */
size_t value_narrow(struct span s, uint8_t out[static PIECE_MAX]);

#endif
