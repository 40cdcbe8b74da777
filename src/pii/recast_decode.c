/* Spellings of characters: entities, quoted-printable, base64, percent signs. */
#include "base/hex.h"
#include "pii/recast_inside.h"

static void put_code(struct buf *to, unsigned code)
{
    if (code < 0x80) {
        buf_byte(to, (uint8_t)(code ? code : ' '));
        return;
    }
    if (code >= 0x110000 || (code >= 0xd800 && code < 0xe000))
        return;
    if (code >= 0x10000) {
        buf_byte(to, (uint8_t)(0xf0 | code >> 18));
        buf_byte(to, (uint8_t)(0x80 | (code >> 12 & 63)));
    } else if (code >= 0x800) {
        buf_byte(to, (uint8_t)(0xe0 | code >> 12));
    }
    if (code >= 0x800)
        buf_byte(to, (uint8_t)(0x80 | (code >> 6 & 63)));
    else
        buf_byte(to, (uint8_t)(0xc0 | code >> 6));
    buf_byte(to, (uint8_t)(0x80 | (code & 63)));
}

/* The code of "amp" or "#x41"; 0 where it is none that is known. */
static unsigned entity_code(struct span name)
{
    static const struct {
        const char *name;
        unsigned code;
    } NAMES[] = { { "amp", '&' },      { "lt", '<' },       { "gt", '>' },       { "quot", '"' },
                  { "apos", '\'' },    { "nbsp", ' ' },     { "commat", '@' },   { "period", '.' },
                  { "auml", 0xe4 },    { "ouml", 0xf6 },    { "uuml", 0xfc },    { "Auml", 0xc4 },
                  { "Ouml", 0xd6 },    { "Uuml", 0xdc },    { "szlig", 0xdf },   { "eacute", 0xe9 },
                  { "egrave", 0xe8 },  { "ecirc", 0xea },   { "agrave", 0xe0 },  { "aacute", 0xe1 },
                  { "acirc", 0xe2 },   { "atilde", 0xe3 },  { "ccedil", 0xe7 },  { "iacute", 0xed },
                  { "icirc", 0xee },   { "ntilde", 0xf1 },  { "oacute", 0xf3 },  { "ocirc", 0xf4 },
                  { "otilde", 0xf5 },  { "uacute", 0xfa },  { "ugrave", 0xf9 },  { "oslash", 0xf8 },
                  { "aring", 0xe5 },   { "aelig", 0xe6 },   { "Eacute", 0xc9 },  { "ndash", 0x2013 },
                  { "mdash", 0x2014 }, { "shy", 0xad },     { "scaron", 0x161 }, { "oelig", 0x153 } };
    unsigned code = 0;
    if (name.len > 1 && name.at[0] == '#') {
        bool hex = (name.at[1] | 32) == 'x';
        for (size_t i = hex ? 2 : 1; i < name.len && code < 0x110000; i++) {
            int digit = hex_value(name.at[i]);
            if (digit < 0 || (!hex && digit > 9))
                return 0;
            code = code * (hex ? 16 : 10) + (unsigned)digit;
        }
        return code;
    }
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (span_is(name, NAMES[i].name))
            return NAMES[i].code;
    return 0;
}

void put_entities(struct buf *to, struct span s)
{
    enum { ENTITY_MAX = 10 };
    while (s.len) {
        size_t n = span_index(s, '&');
        buf_put(to, span_first(s, n));
        s = span_from(s, n);
        if (s.len == 0)
            return;
        size_t end = span_index(span_first(s, ENTITY_MAX), ';');
        unsigned code = end < s.len && end < ENTITY_MAX ? entity_code(span_sub(s, 1, end - 1)) : 0;
        if (code)
            put_code(to, code);
        else
            buf_byte(to, '&');
        s = span_from(s, code ? end + 1 : 1);
    }
}

void put_quoted_printable(struct buf *to, struct span s, bool header)
{
    for (size_t i = 0; i < s.len; i++) {
        int high = s.at[i] == '=' && i + 2 < s.len ? hex_value(s.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.at[i + 2]) : -1;
        if (low >= 0) {
            buf_byte(to, (uint8_t)(high << 4 | low));
            i += 2;
        } else {
            buf_byte(to, header && s.at[i] == '_' ? ' ' : s.at[i]);
        }
    }
}

void put_percent(struct buf *to, struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        int high = s.at[i] == '%' && i + 2 < s.len ? hex_value(s.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.at[i + 2]) : -1;
        if (low >= 0) {
            buf_byte(to, (uint8_t)(high << 4 | low));
            i += 2;
        } else {
            buf_byte(to, s.at[i] == '+' ? ' ' : s.at[i]);
        }
    }
}
