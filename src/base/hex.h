/* Hexadecimal digits: read in either case, written small. */
#ifndef AJAR_BASE_HEX_H
#define AJAR_BASE_HEX_H

#include "base/span.h"

static const char HEX_DIGITS[16] = "0123456789abcdef";

/* 0 to 15, or -1 where `c` is no such digit. */
static inline int hex_value(uint8_t c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool hex_is_digit(uint8_t c)
{
    return hex_value(c) >= 0;
}

/* Nothing but such digits, and at least one. */
static inline bool span_is_hex(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!hex_is_digit(s.at[i]))
            return false;
    return s.len > 0;
}

/* 2 n digits to n bytes. False (and the bytes without a meaning) where one is none. */
static inline bool hex_decode(const char *text, size_t n, uint8_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        int high = hex_value((uint8_t)text[2 * i]);
        int low = high < 0 ? -1 : hex_value((uint8_t)text[2 * i + 1]);
        if (low < 0)
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* n bytes to 2 n digits and a NUL. */
static inline void hex_encode(const uint8_t *bytes, size_t n, char *ret)
{
    for (size_t i = 0; i < n; i++) {
        ret[2 * i] = HEX_DIGITS[bytes[i] >> 4];
        ret[2 * i + 1] = HEX_DIGITS[bytes[i] & 15];
    }
    ret[2 * n] = '\0';
}

/* 16 digits and a NUL, the most significant first. */
static inline void hex_encode_u64(uint64_t value, char ret[static 17])
{
    for (unsigned i = 0; i < 16; i++)
        ret[i] = HEX_DIGITS[value >> (60 - 4 * i) & 15];
    ret[16] = '\0';
}

#endif
