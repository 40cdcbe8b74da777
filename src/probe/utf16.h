/* Names in UTF-16, little-endian, as protocols of Windows carry them, turned into UTF-8. */
#ifndef AJAR_PROBE_UTF16_H
#define AJAR_PROBE_UTF16_H

#include "base/arena.h"
#include "base/buf.h"

/* One code point in UTF-8; what is none (a half of a pair) becomes U+FFFD. */
static inline void utf16_put(struct buf *out, uint32_t c)
{
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = 0xfffd;
    if (c < 0x80) {
        buf_byte(out, (uint8_t)c);
        return;
    }
    unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t LEAD[] = { 0, 0xc0, 0xe0, 0xf0 };
    buf_byte(out, (uint8_t)(LEAD[more] | c >> (6 * more)));
    while (more--)
        buf_byte(out, (uint8_t)(0x80 | ((c >> (6 * more)) & 0x3f)));
}

/* The text up to its end or its first NUL, in the arena; an odd last byte is left out. At most `max` bytes of
 * UTF-8 are kept. */
static inline struct span utf16_text(struct arena *a, struct span le, size_t max)
{
    struct buf out;
    buf_init(&out, max);
    for (size_t i = 0; i + 1 < le.len; i += 2) {
        uint32_t c = (uint32_t)(le.at[i] | le.at[i + 1] << 8);
        if (c == 0)
            break;
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < le.len) {
            uint32_t low = (uint32_t)(le.at[i + 2] | le.at[i + 3] << 8);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        utf16_put(&out, c);
    }
    struct span text = arena_copy(a, buf_span(&out));
    buf_release(&out);
    return text;
}

#endif
