/* Sets of characters by name, for secrets and formats of the house, and small helpers on text. */
#ifndef AJAR_PII_CHARSETS_H
#define AJAR_PII_CHARSETS_H

#include "base/span.h"

/* 256 flags, or NULL where no set has this name. */
const uint8_t *charset_by_name(struct span name);

/* The next letter or mark at s, the accents of Europe (U+00C0 to U+017F) taken off; *ret_len bytes of
 * it. 0 where it is neither. */
uint8_t latin_base(struct span s, size_t *ret_len);

/* The code point of a three-byte UTF-8 sequence; 0 where it is none. Reads three bytes. */
static inline unsigned utf8_three(const uint8_t *s)
{
    if ((s[0] & 0xf0) != 0xe0 || (s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80)
        return 0;
    return (unsigned)(s[0] & 15) << 12 | (unsigned)(s[1] & 63) << 6 | (s[2] & 63U);
}

#endif
