/* Character sets. Each is a constant table made by range initialisers. */
#include "pii/charsets.h"

#define DIGITS ['0' ... '9'] = 1
#define UPPER ['A' ... 'Z'] = 1
#define LOWER ['a' ... 'z'] = 1

struct charset {
    const char *name;
    uint8_t has[256];
};

static const struct charset SETS[] = {
    { "digits", { DIGITS } },
    { "upper", { UPPER } },
    { "lower", { LOWER } },
    { "hex", { DIGITS, ['a' ... 'f'] = 1, ['A' ... 'F'] = 1 } },
    { "base32", { UPPER, ['2' ... '7'] = 1 } },
    { "upnum", { DIGITS, UPPER } },
    { "alnum", { DIGITS, UPPER, LOWER } },
    { "token", { DIGITS, UPPER, LOWER, ['-'] = 1, ['_'] = 1 } },
    { "tokendot", { DIGITS, UPPER, LOWER, ['-'] = 1, ['_'] = 1, ['.'] = 1 } },
    { "base64", { DIGITS, UPPER, LOWER, ['+'] = 1, ['/'] = 1, ['='] = 1 } },
    { "base64url", { DIGITS, UPPER, LOWER, ['-'] = 1, ['_'] = 1, ['='] = 1 } },
    { "bcrypt", { DIGITS, UPPER, LOWER, ['.'] = 1, ['/'] = 1, ['$'] = 1 } },
    { "crypt",
      { DIGITS, UPPER, LOWER, ['.'] = 1, ['/'] = 1, ['$'] = 1, ['+'] = 1, ['='] = 1, [','] = 1 } },
    { "scram", { DIGITS, UPPER, LOWER, ['/'] = 1, ['$'] = 1, ['+'] = 1, ['='] = 1, [':'] = 1 } },
    { "pem",
      { DIGITS, UPPER, LOWER, ['+'] = 1, ['/'] = 1, ['='] = 1, [' '] = 1, ['-'] = 1, ['\n'] = 1,
        ['\r'] = 1, ['\\'] = 1, [':'] = 1, [','] = 1 } },
    { "visible",
      { ['!'] = 1,
        ['#' ... '&'] = 1,
        ['(' ... ';'] = 1,
        ['='] = 1,
        ['?' ... '_'] = 1,
        ['a' ... '~'] = 1 } },
};

const uint8_t *charset_by_name(struct span name)
{
    for (size_t i = 0; i < sizeof(SETS) / sizeof(SETS[0]); i++)
        if (span_is(name, SETS[i].name))
            return SETS[i].has;
    return NULL;
}

/* U+00C0 to U+017F without their accents; a space is no letter, a capital tells a capital. */
static const char BASE[] = "AAAAAAACEEEEIIIIDNOOOOO OUUUUYTsaaaaaaaceeeeiiiidnooooo ouuuuyty"
                           "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlN"
                           "nNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
_Static_assert(sizeof(BASE) - 1 == 0x180 - 0xc0, "one letter for each code point");

uint8_t latin_base(struct span s, size_t *ret_len)
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
