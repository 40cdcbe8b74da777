/* Values in Latin letters that may be names of people: one word (a family or a given name in a
 * column of its own) to five, capitalised or in capitals, with the accents of Europe. A value passes
 * where one of its words is a common name; what share of a field must pass is for the verdict. */
#include "pii/charsets.h"
#include "pii/value.h"

enum { NAME_WORDS_MAX = 5, NAME_LETTERS_MAX = 60 };

struct words {
    uint8_t lower[NAME_LETTERS_MAX];
    size_t n, start;     /* letters in all; where the word at hand began */
    size_t last;         /* where the last word began */
    size_t count, small; /* words; those that begin with a small letter (van, de, von, y) */
    bool known, ends_small;
};

static void word_end(const struct detectors *d, struct words *w)
{
    if (w->n > w->start)
        w->last = w->start;
    if (w->n - w->start >= 3)
        w->known = w->known ||
                   detectors_given_name(d, span_of(w->lower + w->start, w->n - w->start));
    w->start = w->n;
}

/* Behind a name: what is called after a person. */
static bool is_no_person(const struct words *w)
{
    static const char *const ENDS[] = {
        "inc",      "llc",     "ltd",        "plc",        "corp",   "gmbh",       "group",
        "sons",     "company", "associates", "partners",   "street", "avenue",     "road",
        "lane",     "drive",   "court",      "square",     "school", "university", "college",
        "hospital", "hotel",   "church",     "park",       "bank",   "reserve",    "center",
        "centre",   "station", "airport",    "bridge",     "river",  "lake",       "island",
        "county",   "city",    "institute",  "foundation", "museum",
    };
    struct span last = span_of(w->lower + w->last, w->n - w->last);
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]) && w->count > 1; i++)
        if (span_is(last, ENDS[i]))
            return true;
    return false;
}

bool value_latin(const struct detectors *d, struct span s, struct value *v)
{
    struct words w = { .n = 0 };
    bool inside = false;
    if (s.len < 3 || s.len > NAME_LETTERS_MAX)
        return false;
    for (size_t i = 0, step; i < s.len; i += step) {
        uint8_t c = latin_base(span_from(s, i), &step);
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
                !w.ends_small && !is_no_person(&w);
    v->marks.single = fits && w.count == 1;
    if (fits)
        pii_mark(&v->marks, PII_PERSON_NAME, w.known);
    return fits;
}
