/* Secrets that begin with a literal, Han and ASCII words, and formats of the house. */
#include <math.h>

#include "pii/charsets.h"
#include "pii/checks.h"
#include "pii/detectors.h"
#include "pii/setting.h"

enum { SECRET_LOOK_MAX = 16384 };

/* Shannon entropy of the bytes, in bits a character. */
static double entropy(struct span s)
{
    unsigned count[256] = { 0 };
    double bits = 0;
    for (size_t i = 0; i < s.len; i++)
        count[s.at[i]]++;
    for (size_t i = 0; i < 256; i++)
        if (count[i])
            bits -= count[i] * log2((double)count[i] / (double)s.len);
    return s.len ? bits / (double)s.len : 0;
}

/* A password that nobody would put into a manual: not ${VAR}, <pass>, ***, a bare word. */
static bool is_real_password(struct span password)
{
    static const char *const MANUAL[] = { "password",     "pass",         "passwd",  "secret",
                                          "pwd",          "user",         "xxx",     "xxxx",
                                          "example",      "changeme",     "hunter2", "mypassword",
                                          "yourpassword", "your_password" };
    if (password.len < 3)
        return false;
    for (size_t i = 0; i < password.len; i++)
        if (strchr("$<>{}*%[]", password.at[i]))
            return false;
    for (size_t i = 0; i < sizeof(MANUAL) / sizeof(MANUAL[0]); i++)
        if (span_eq_nocase(password, span_str(MANUAL[i])))
            return false;
    return true;
}

/* user:password@host */
static bool has_login(struct span s)
{
    size_t at = span_index(s, '@');
    struct span login = span_first(s, at);
    size_t colon = span_index(login, ':');
    if (at == s.len || colon == login.len || span_index(login, '/') != login.len)
        return false;
    return s.len - at >= 4 && is_real_password(span_from(login, colon + 1));
}

/* The assigned password at the front of s, up to what separates assignments. */
static bool is_assigned(struct span s)
{
    size_t end = 0;
    while (end < s.len && !strchr(";& \t,)", s.at[end]))
        end++;
    return is_real_password(span_first(s, end));
}

/* "...;Password=...;" and "...&pwd=...&" */
static bool has_assignment(struct span s)
{
    static const char *const KEYS[] = { "assword=", "pwd=", "Pwd=", "PWD=", "ASSWORD=" };
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        size_t at = span_find(s, span_str(KEYS[i]));
        if (at != SIZE_MAX)
            return is_assigned(span_from(s, at + strlen(KEYS[i])));
    }
    return false;
}

/* A PEM block: "PRIVATE KEY-----", then at least 64 characters that are not the end line. */
static bool has_key_body(struct span body)
{
    size_t head = span_find(span_first(body, 64), SPAN("PRIVATE KEY"));
    if (head == SIZE_MAX)
        return false;
    struct span rest = span_from(body, head + 11);
    size_t dashes = 0, letters = 0;
    for (size_t i = 0; i < rest.len && letters < 64; i++) {
        if (i >= 10 && rest.at[i] == '-' && ++dashes > 2)
            return false;
        letters += is_alnum(rest.at[i]);
    }
    return letters >= 64;
}

static bool literal_fits(const struct literal *l, struct span body)
{
    if (body.len < l->min)
        return false;
    if (l->type == PII_PRIVATE_KEY && l->prefix.at[0] == '-')
        return has_key_body(body);
    for (unsigned i = 0; i < 2; i++) {
        if (l->need[i].len && span_find(body, l->need[i]) == SIZE_MAX)
            return false;
        if (l->reject[i].len && span_find(body, l->reject[i]) != SIZE_MAX)
            return false;
    }
    if (l->login && l->prefix.at[l->prefix.len - 1] == '=')
        return is_assigned(body);
    if (l->login)
        return has_login(body) || has_assignment(body);
    return entropy(span_first(body, 512)) >= l->entropy;
}

size_t detectors_secret(const struct detectors *d, struct span text, size_t at, struct pii_marks *m)
{
    struct span rest = span_sub(text, at, SECRET_LOOK_MAX);
    if (rest.len < LITERAL_HEAD)
        return 0;
    for (unsigned i = d->literal_heads[literal_slot(rest.at)]; i; i = d->literals.at[i - 1].next) {
        const struct literal *l = &d->literals.at[i - 1];
        if (!span_starts(rest, l->prefix))
            continue;
        if (l->setting) {
            size_t set = setting_value(text, at, l->prefix.len, l->type, m);
            if (set)
                return set;
            continue;
        }
        /* "-----BEGIN" and "$2b$" begin anywhere; a word must not begin inside another. */
        if (at > 0 && is_alnum(l->prefix.at[0]) &&
            (is_alnum(text.at[at - 1]) || text.at[at - 1] == '_'))
            continue;
        size_t n = l->prefix.len, most = n + l->max;
        while (n < rest.len && n < most && l->charset[rest.at[n]])
            n++;
        bool longer = n == most && n < rest.len && l->charset[rest.at[n]];
        if (longer && l->type != PII_PRIVATE_KEY)
            continue;
        struct span body = span_sub(rest, l->prefix.len, n - l->prefix.len);
        if (body.len < l->min)
            continue;
        pii_mark(m, l->type, literal_fits(l, body));
        return n;
    }
    return 0;
}

bool detectors_is_setting(const struct detectors *d, struct span name)
{
    for (size_t i = 0; i < d->literals.len; i++)
        if (d->literals.at[i].setting && span_find(name, d->literals.at[i].prefix) != SIZE_MAX)
            return true;
    return false;
}

const struct word *detectors_han_word(const struct detectors *d, struct span s)
{
    size_t most = s.len < d->han_longest ? s.len : d->han_longest;
    for (size_t n = most - most % 3; n >= 6; n -= 3) {
        const struct word *word = table_get(&d->words, span_first(s, n));
        if (word)
            return word;
    }
    return NULL;
}

bool detectors_given_name(const struct detectors *d, struct span word)
{
    if (word.len < 3 || word.len > WORD_BYTES_MAX)
        return false;
    unsigned slot = detectors_word_slot(word);
    return (d->given_heads[slot / 64] >> (slot % 64) & 1) && table_get(&d->given, word);
}

bool detectors_known_name(const struct detectors *d, const uint8_t *word, size_t n)
{
    uint8_t lower[WORD_BYTES_MAX];
    if (n > WORD_BYTES_MAX)
        return false;
    for (size_t i = 0; i < 3; i++)
        lower[i] = ascii_lower(word[i]);
    /* The filter needs no more than that; nearly every word ends here. */
    unsigned slot = detectors_word_slot(span_of(lower, n));
    if (!(d->given_heads[slot / 64] >> (slot % 64) & 1))
        return false;
    for (size_t i = 3; i < n; i++)
        lower[i] = ascii_lower(word[i]);
    return table_get(&d->given, span_of(lower, n)) != NULL;
}

static bool house_check(const struct house *h, struct span body)
{
    int sum = 0;
    unsigned rest = 0;
    switch (h->check) {
    case HOUSE_NONE:
        return true;
    case HOUSE_LUHN:
        for (size_t i = 0; i < body.len; i++)
            if (!ascii_is_digit(body.at[i]))
                return false;
        return check_luhn(body.at, body.len);
    case HOUSE_MOD97:
        for (size_t i = 0; i < body.len; i++)
            rest = (rest * 10 + (unsigned)(body.at[i] - '0') % 10) % 97;
        return rest == 1;
    case HOUSE_WEIGHTED:
        break;
    }
    for (size_t i = 0; i + 1 < body.len; i++) {
        uint8_t c = body.at[i];
        sum += h->weights[i] * (ascii_is_digit(c) ? c - '0' : (c & 31) + 9);
    }
    int remainder = (sum % h->modulus + h->modulus) % h->modulus;
    uint8_t check = body.at[body.len - 1];
    if (h->map.len)
        return (size_t)remainder < h->map.len && h->map.at[remainder] == check;
    return remainder < 10 && check == '0' + remainder;
}

void detectors_house(const struct detectors *d, struct span value, struct pii_marks *m)
{
    for (size_t i = 0; i < d->houses.len; i++) {
        const struct house *h = &d->houses.at[i];
        if (value.len != h->prefix.len + h->length || h->length == 0 ||
            !span_starts(value, h->prefix))
            continue;
        struct span body = span_from(value, h->prefix.len);
        bool fits = true;
        for (size_t k = 0; k < body.len; k++)
            fits = fits && h->charset[body.at[k]];
        if (fits)
            pii_mark(m, (unsigned)(PII_BUILT_IN + i), house_check(h, body));
    }
}
