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
    bool county;        /* the ID begins with what has the form of a county */
    uint64_t number;    /* FORM_NUMBER of up to 19 digits */
};

static inline uint64_t piece_ones(size_t n)
{
    return n >= 64 ? ~0ULL : (1ULL << n) - 1;
}

/* The piece [from, to) of a text; to - from <= PIECE_MAX. */
static inline struct piece piece_of(const struct text *t, size_t from, size_t to)
{
    const struct masks *m = t->masks;
    uint64_t all = piece_ones(to - from);
    return (struct piece){
        .at = t->base + from,
        .len = to - from,
        .digit = mask_window(m->digit, from) & all,
        .upper = mask_window(m->upper, from) & all,
        .lower = mask_window(m->lower, from) & all,
        .high = mask_window(m->high, from) & all,
        .mailbox = mask_window(m->at, from) & all,
        .dot = mask_window(m->dot, from) & all,
        .colon = mask_window(m->colon, from) & all,
        .literal = mask_window(m->literal, from) & all,
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

/* value_latin.c: words in Latin letters, accents included, as the name of a person. False where the
 * value is something else. */
bool value_latin(const struct detectors *d, struct span s, struct value *ret);

/* value_han.c: values that hold bytes of 0x80 and above, of any length. */
void value_han(const struct detectors *d, struct span s, struct value *ret);
/* A value in full-width letters and digits as ASCII into out; 0 where it holds anything else. */
size_t value_narrow(struct span s, uint8_t out[static PIECE_MAX]);

#endif
