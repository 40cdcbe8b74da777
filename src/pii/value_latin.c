/* Values in Latin letters that may be names of people: one word (a family or a given name in a
 * column of its own) to five, capitalised or in capitals, with the accents of Europe. A value passes
 * where one of its words is a common name; what share of a field must pass is for the verdict. */
#include "pii/value.h"

enum { NAME_WORDS_MAX = 5, NAME_LETTERS_MAX = 60 };

/* U+00C0 to U+017F without their accents; a space is no letter, a capital tells a capital. */
static const char BASE[] = "AAAAAAACEEEEIIIIDNOOOOO OUUUUYTsaaaaaaaceeeeiiiidnooooo ouuuuyty"
                           "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlN"
                           "nNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
_Static_assert(sizeof(BASE) - 1 == 0x180 - 0xc0, "one letter for each code point");

struct words {
    uint8_t lower[NAME_LETTERS_MAX];
    size_t n, start;     /* letters in all; where the word at hand began */
    size_t count, small; /* words; those that begin with a small letter (van, de, von, y) */
    bool known, ends_small;
};

/* The next letter or mark at s, accents taken off; *ret_len bytes of it. 0 where it is neither. */
static uint8_t base_letter(struct span s, size_t *ret_len)
{
    uint8_t c = s.at[0];
    *ret_len = 1;
    if (c < 0x80)
        return c;
    if (c < 0xc3 || c > 0xc5 || s.len < 2 || (s.at[1] & 0xc0) != 0x80)
        return 0;
    *ret_len = 2;
    char base = BASE[((size_t)(c & 31) << 6 | (s.at[1] & 63)) - 0xc0];
    return base == ' ' ? 0 : (uint8_t)base;
}

static void word_end(const struct detectors *d, struct words *w)
{
    if (w->n - w->start >= 3)
        w->known = w->known ||
                   detectors_given_name(d, span_of(w->lower + w->start, w->n - w->start));
    w->start = w->n;
}

bool value_latin(const struct detectors *d, struct span s, struct value *v)
{
    struct words w = { .n = 0 };
    bool inside = false;
    if (s.len < 3 || s.len > NAME_LETTERS_MAX)
        return false;
    for (size_t i = 0, step; i < s.len; i += step) {
        uint8_t c = base_letter(span_from(s, i), &step);
        bool upper = c >= 'A' && c <= 'Z', letter = upper || (c >= 'a' && c <= 'z');
        if (letter) {
            if (!inside) {
                w.count++;
                w.small += !upper;
                w.ends_small = !upper;
            }
            w.lower[w.n++] = ascii_lower(c);
            inside = true;
        } else if (c == '-' && inside) {
            word_end(d, &w); /* Hans-Peter: one word, two names */
        } else if (c == ' ' || c == ',' || c == '.') {
            word_end(d, &w);
            inside = false;
        } else if (c != '\'' || !inside) {
            return false;
        }
    }
    word_end(d, &w);
    /* van den Berg, de la Cruz: the last word is a name, prose ends in a small one. */
    bool fits = w.count >= 1 && w.count <= NAME_WORDS_MAX && w.small < w.count && w.small <= 2 &&
                !w.ends_small;
    if (fits)
        pii_mark(&v->marks, PII_PERSON_NAME, w.known);
    return fits;
}
