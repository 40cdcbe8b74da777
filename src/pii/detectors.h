/* What is looked for, as far as it is data: field names, words, surnames, literals of secrets and
 * the formats of the house. Loaded once from YAML (the built-in files are part of the program),
 * then read-only, so that any number of scans on any number of threads share it. */
#ifndef AJAR_PII_DETECTORS_H
#define AJAR_PII_DETECTORS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/list.h"
#include "base/table.h"
#include "pii/classes.h"
#include "pii/token.h"

enum {
    DETECTORS_BYTES_MAX = 16 * 1024 * 1024,
    WORD_BYTES_MAX = 24,
    NAME_BYTES_MAX = 128,
    HAN_HEADS = 8192,
    NAME_TAIL_WORDS = 128,
    WORDS_PER_SUBJECT_MAX = 64
};

/* What a field name suggests. */
struct name_hint {
    pii_set strong, weak;
    pii_set sure;   /* of strong: nothing else is called so */
    uint64_t national; /* with PII_NATIONAL: which ones (national.h) */
    bool negative;  /* "not-the-thing" */
    bool qualifier; /* "which-one" */
    bool thing;     /* "things-with-names" */
};

/* A word of a subject (police-text, medical-text). */
struct word {
    uint8_t type;  /* enum pii_type */
    uint8_t index; /* below WORDS_PER_SUBJECT_MAX */
};

struct literal {
    struct span prefix;
    unsigned type;
    const uint8_t *charset; /* 256 flags */
    size_t min, max;        /* characters after the prefix */
    double entropy;         /* bits a character, at least */
    struct span need[2], reject[2];
    bool login;    /* scheme://user:password@host */
    bool setting;  /* how the name of a setting ends (setting.h) */
    uint16_t next; /* index + 1 of the next with this head, 0 = none */
};

enum house_check { HOUSE_NONE, HOUSE_LUHN, HOUSE_WEIGHTED, HOUSE_MOD97 };

/* A format of the user's own, as a whole value: prefix, then `length` characters of one kind, the
 * last one a check character where there is a check. */
struct house {
    const char *name, *label;
    struct span prefix;
    const uint8_t *charset;
    size_t length;
    enum house_check check;
    int8_t weights[COMPACT_MAX];
    size_t weight_count;
    int modulus;
    struct span map; /* check character by remainder; empty = decimal digits */
    double chance;
    bool named;
};

struct detectors {
    struct arena arena;
    struct token_rules rules;
    struct class_plan plan; /* the literal filter; delim and quote are a reader's own */
    struct table fields, words, ethnic, test_names, given;
    struct table headings; /* words that names of fields are made of, besides those in `fields` */
    LIST_OF(struct literal) literals;
    uint16_t literal_heads[LITERAL_SLOTS]; /* index + 1 */
    LIST_OF(struct house) houses;
    uint64_t name_tails[NAME_TAIL_WORDS]; /* the last two bytes of names of fields, see detectors_tail() */
    uint64_t han_heads[HAN_HEADS / 64]; /* filter over the first two characters of Han words */
    size_t han_longest;                 /* bytes of the longest Han word */
    uint64_t
        word_heads[HAN_HEADS / 64]; /* the same for ASCII words: first three letters and length */
    uint64_t given_heads[HAN_HEADS / 64];  /* the same for given names */
    uint64_t known_values[HAN_HEADS / 64]; /* filter over whole values: ethnic groups, test names */
    uint8_t
        address_levels[328 * 64]; /* U+4E00 on: 1 province .. 8 room, 0 = no mark of an address */
    uint64_t surnames[328];       /* one bit for U+4E00 to U+9FFF */
    uint8_t compound[32][6];
    size_t compounds;
    unsigned subject_words[2]; /* police, medical: how many are loaded */
};

/* Loads the built-in detectors. `today` is yyyymmdd. */
bool detectors_init(struct detectors *d, int today, struct error *e);
void detectors_release(struct detectors *d);
/* Adds a user's YAML: keys `house`, `fields`, `secrets`, `words` (all optional). */
bool detectors_add(struct detectors *d, struct span yaml, struct error *e);

/* Facts about a type, built-in or of the house. */
const char *detectors_type_name(const struct detectors *d, unsigned type);
const char *detectors_type_label(const struct detectors *d, unsigned type);
double detectors_chance(const struct detectors *d, unsigned type);
unsigned detectors_traits(const struct detectors *d, unsigned type);
enum pii_category detectors_category(const struct detectors *d, unsigned type);
size_t detectors_type_count(const struct detectors *d);

/* What the name of a field suggests; `name` is UTF-8 as found. */
struct name_hint detectors_name(const struct detectors *d, struct span name);
/* Can a name that ends in these two bytes, small letters, be one that detectors_name() knows? */
static inline bool detectors_tail(const struct detectors *d, uint8_t before, uint8_t last)
{
    /* Letters of two bytes are folded (names.c), those of three are not. */
    if ((last >= 0x80 && before >= 0xc0) || (last < 0x80 && before >= 0x80))
        return true;
    unsigned slot = ascii_lower(before) * 37U + ascii_lower(last);
    return (d->name_tails[slot / 64 % NAME_TAIL_WORDS] >> (slot % 64) & 1);
}
/* Does this name say that what it is set to is a secret ("DB_PASSWORD", "api_key")? As setting.h has it, by a
 * literal in it. */
bool detectors_is_setting(const struct detectors *d, struct span name);

/* The word that begins at s, or NULL: Han words of two characters and more. */
const struct word *detectors_han_word(const struct detectors *d, struct span s);
/* Is this lower-case word, accents taken off, a common given or family name? */
bool detectors_given_name(const struct detectors *d, struct span word);
/* The same for n >= 3 ASCII letters, large or small. */
bool detectors_known_name(const struct detectors *d, const uint8_t *word, size_t n);

/* Marks a secret whose literal begins at `at`; returns its length, or 0. */
size_t detectors_secret(const struct detectors *d, struct span text, size_t at,
                        struct pii_marks *m);
/* Marks the formats of the house that the whole value has. */
void detectors_house(const struct detectors *d, struct span value, struct pii_marks *m);

/* The slot of a short whole value in the filter `known_values`. */
static inline unsigned detectors_value_slot(struct span s)
{
    uint64_t a = s.len;
    for (size_t i = 0; i + 3 <= s.len && i < 15; i += 3)
        a = (a ^ (uint64_t)(s.at[i] << 16 | s.at[i + 1] << 8 | s.at[i + 2])) *
            0x9e3779b97f4a7c15ULL;
    return (unsigned)(a >> 51);
}

/* The slot in `word_heads` of a lower-case word of so many letters, by its first three. */
static inline unsigned detectors_head_slot(unsigned a, unsigned b, unsigned c, size_t letters)
{
    uint64_t all = (uint64_t)a << 24 | (uint64_t)b << 16 | (uint64_t)c << 8 | letters;
    return (unsigned)((all * 0x9e3779b97f4a7c15ULL) >> 51);
}

static inline unsigned detectors_word_slot(struct span s)
{
    return detectors_head_slot(s.at[0], s.at[1], s.at[2], s.len);
}

static inline bool detectors_surname(const struct detectors *d, unsigned code_point)
{
    unsigned at = code_point - 0x4e00;
    return at < 328 * 64 && (d->surnames[at / 64] >> (at % 64) & 1);
}

/* The slot of the first two Han characters (six bytes) in the filter. */
static inline unsigned detectors_han_slot(const uint8_t *s)
{
    uint64_t six = 0;
    memcpy(&six, s, 6);
    return (unsigned)((six * 0x9e3779b97f4a7c15ULL) >> 51);
}

#endif
