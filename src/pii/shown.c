/* See shown.h. What costs most is to be wrong about a value, so whatever is in doubt is not shown. */
#include "pii/shown.h"

#include "base/hex.h"
#include "pii/charsets.h"
#include "pii/names.h"

enum {
    DIGITS_SHOWN_MAX = 4, /* a year, "line 2"; more may be a number of somebody */
    LONG_WORD = 8,        /* from so many letters on a word can look random */
    CAPITALS_MAX = 15,    /* in one word */
    NUMBERED_WORD = 12,   /* longer ones have no number behind them */
    SEEN_AGAIN = 2
};

static void note_shape(void *self, struct span token, uint64_t hash, const struct pii_marks *m)
{
    (void)token;
    (void)hash;
    (void)m;
    *(bool *)self = true;
}

bool text_holds_value(const struct detectors *d, const struct text *t, size_t from, size_t to)
{
    static const struct sample ALL;
    pii_set words = pii_bit(PII_SEX) | pii_bit(PII_PERSON_NAME) | pii_bit(PII_CN_NAME) |
                    pii_bit(PII_CN_ADDRESS) | pii_bit(PII_CN_ETHNIC);
    bool found = false;
    struct value v = { .form = FORM_OTHER };
    if (to <= from)
        return false;
    find_tokens(d, t, from, to, &ALL, note_shape, &found);
    if (to - from > PIECE_MAX || found)
        return found;
    struct piece piece = piece_of(t, from, to);
    value_judge(d, &piece, &v);
    return (v.marks.pass & ~words) != 0 || v.form == FORM_DATE || v.form == FORM_HEX;
}

/* "(text)", "column 4": names that are ours. */
static bool is_own(struct span name)
{
    static const char *const OURS[] = { "*", "(keys)", "(text)", "(no heading)" };
    for (size_t i = 0; i < sizeof(OURS) / sizeof(OURS[0]); i++)
        if (span_is(name, OURS[i]))
            return true;
    if (!span_starts(name, SPAN("column ")) || name.len > 11)
        return false;
    for (size_t i = 7; i < name.len; i++)
        if (!ascii_is_digit(name.at[i]))
            return false;
    return name.len > 7;
}

static bool is_known_word(const struct detectors *d, struct span folded)
{
    return table_get(&d->fields, folded) || table_get(&d->headings, folded);
}

static uint8_t lower_at(struct span s, size_t i)
{
    return ascii_lower(s.at[i]);
}

/* A word of letters that nobody would say: hardly a vowel, hexadecimal, capitals here and there. */
static bool is_random(struct span word)
{
    size_t vowels = 0, turns = 0, run = 0, longest = 0, hex = 0, capitals = 0;
    if (word.len < LONG_WORD)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        bool vowel = strchr("aeiouy", lower_at(word, i)) != NULL;
        vowels += vowel;
        run = vowel ? 0 : run + 1;
        longest = run > longest ? run : longest;
        hex += hex_value(word.at[i]) >= 0;
        capitals += word.at[i] < 'a';
        turns += i > 1 && (word.at[i] < 'a') != (word.at[i - 1] < 'a');
    }
    return vowels * 5 < word.len || longest >= 7 || hex == word.len || turns * 3 > word.len ||
           capitals > CAPITALS_MAX;
}

/* What the ASCII part of a name is made of. */
struct spelling {
    size_t digits, capitals, starts, blanks; /* starts: words between blanks or commas; capitals: those that
                                                begin with one */
    bool odd;    /* marks or mixtures that names do not have */
    bool random; /* some word is */
    bool apart;  /* a number stands behind a blank */
    bool comma;
};

static void look_at_run(const struct detectors *d, struct span run, struct spelling *s)
{
    size_t letters = 0, digits = 0;
    while (letters < run.len && !ascii_is_digit(run.at[letters]))
        letters++;
    for (size_t i = letters; i < run.len; i++)
        digits += ascii_is_digit(run.at[i]);
    s->digits += digits;
    uint8_t folded[NAME_BYTES_MAX];
    bool known = is_known_word(d, name_fold(span_first(run, NAME_BYTES_MAX), folded));
    s->random = s->random || (!known && (is_random(span_first(run, letters)) ||
                                         (digits && letters > NUMBERED_WORD)));
    s->odd = s->odd || (!known && letters + digits != run.len);
}

static void spell(const struct detectors *d, struct span name, struct spelling *s)
{
    static const char MARKS[] = " -_.:/()[]#%&?',*+$@";
    bool fresh = true;
    *s = (struct spelling){ .digits = 0 };
    for (size_t i = 0; i < name.len;) {
        uint8_t c = name.at[i];
        if (is_alnum(c)) {
            size_t n = 1;
            while (i + n < name.len && is_alnum(name.at[i + n]))
                n++;
            s->starts += fresh && !ascii_is_digit(c);
            s->capitals += fresh && c >= 'A' && c <= 'Z';
            s->apart = s->apart || (ascii_is_digit(c) && i > 0 && name.at[i - 1] == ' ');
            fresh = false;
            look_at_run(d, span_sub(name, i, n), s);
            i += n;
            continue;
        }
        s->blanks += c == ' ';
        s->comma = s->comma || c == ',';
        fresh = c == ' ' || c == ',' || (fresh && c < 0x80);
        s->odd = s->odd || (c < 0x80 && (c < ' ' || !strchr(MARKS, c))) || (c == '@' && i > 0);
        i++;
    }
}

/* Does a family name of China or Korea stand in front, as of one who is named? */
static bool starts_as_person(const struct detectors *d, struct span folded)
{
    unsigned first = folded.len >= 3 ? utf8_three(folded.at) : 0;
    return detectors_surname(d, first) ||
           (first >= 0xac00 && first <= 0xd7a3 && folded.len >= 6 && folded.len <= 12);
}

/* Can the name be cut into known words? Scripts without blanks write them side by side. */
static bool is_joined(const struct detectors *d, struct span folded)
{
    while (folded.len) {
        size_t n = folded.len < 48 ? folded.len : 48;
        while (n > 0 && !is_known_word(d, span_first(folded, n)))
            n--;
        if (n == 0)
            return false;
        folded = span_from(folded, n);
    }
    return true;
}

/* All known, none known, or names of people among them. */
struct reading {
    size_t known, unknown;
    bool person;
};

static struct reading read_words(const struct detectors *d, const struct name_words *w)
{
    struct reading r = { 0 };
    for (size_t i = 0; i < w->count; i++) {
        struct span word = span_of(w->folded + w->start[i], w->start[i + 1] - w->start[i]);
        bool number = true;
        for (size_t k = 0; k < word.len; k++)
            number = number && ascii_is_digit(word.at[k]);
        size_t stem = word.len;
        while (stem > 0 && ascii_is_digit(word.at[stem - 1]))
            stem--;
        bool known = is_known_word(d, word) || is_known_word(d, span_first(word, stem));
        r.known += known;
        r.unknown += !known && !number && word.len > 2;
        r.person = r.person || (!known && stem >= 3 && word.at[0] < 0x80 &&
                                detectors_known_name(d, word.at, stem));
    }
    return r;
}

static bool has_high(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] >= 0x80)
            return true;
    return false;
}

static enum name_proof proof_of_words(const struct detectors *d, struct span name,
                                      const struct name_words *w, struct span folded)
{
    struct spelling s;
    struct reading r = read_words(d, w);
    bool foreign = has_high(folded); /* letters of Europe are plain ones by now */
    spell(d, name, &s);
    bool numbered = ascii_is_digit(name.at[0]) && s.blanks; /* 12 Park Street */
    if (s.odd || s.digits > DIGITS_SHOWN_MAX || numbered)
        return NAME_IS_DATA;
    if ((r.unknown == 0 && r.known) || (foreign && is_joined(d, folded)))
        return NAME_KNOWN;
    bool titles = s.blanks && s.starts > 1 && s.capitals == s.starts;
    bool two = s.blanks && w->count == 2 && r.known == 0;
    bool written = foreign && (starts_as_person(d, folded) || (s.blanks && r.known == 0));
    return r.person || s.random || s.apart || s.comma || titles || two || written ||
                   ascii_is_digit(name.at[0])
               ? NAME_IS_DATA
               : NAME_UNKNOWN;
}

enum name_proof name_proof(struct profile *p, struct span name)
{
    struct name_words w;
    uint8_t folded[NAME_BYTES_MAX];
    name = span_trim(name);
    if (is_own(name))
        return NAME_KNOWN;
    if (name_is_value(name))
        return NAME_IS_DATA;
    struct span whole = name_fold(name, folded);
    if (whole.len && is_known_word(p->d, whole))
        return NAME_KNOWN;
    const struct text t = profile_scratch(p, name);
    if (whole.len == 0 || text_holds_value(p->d, &t, 0, t.len))
        return NAME_IS_DATA;
    name_words_cut(&w, name);
    return proof_of_words(p->d, name, &w, whole);
}

/* How often the field came: as a member, or as a value. */
static uint64_t seen(const struct field *f)
{
    return f->opened ? f->opened : f->values;
}

const char *field_shown(struct profile *p, uint16_t field)
{
    const struct field *f = p->fields[field];
    if (f->alias)
        return f->alias;
    enum name_proof proof = name_proof(p, span_of(f->name, f->name_len));
    bool proven = proof == NAME_KNOWN ||
                  (proof == NAME_UNKNOWN && (!f->key || seen(f) >= SEEN_AGAIN));
    return proven ? f->name : "*";
}
