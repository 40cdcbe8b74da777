/* BER as LDAP uses it (RFC 4511 section 5.1): one-byte tags, definite lengths of at most four
 * bytes. Anything else turns the reader's verdict bad. */
#ifndef AJAR_PROBE_BER_H
#define AJAR_PROBE_BER_H

#include "base/reader.h"

enum {
    BER_BOOL = 0x01,
    BER_INTEGER = 0x02,
    BER_OCTETS = 0x04,
    BER_ENUM = 0x0a,
    BER_SEQUENCE = 0x30,
    BER_SET = 0x31,
};

/* A definite length. */
static inline size_t ber_length(struct reader *r)
{
    uint8_t first = reader_u8(r);
    if (first < 0x80)
        return first;
    if (first == 0x80 || first > 0x84) {
        reader_fail(r, "an indefinite or oversized length");
        return 0;
    }
    return (size_t)reader_be(r, first & 0x7f);
}

/* The next value, whatever its tag. */
static inline struct reader ber_any(struct reader *r, uint8_t *tag)
{
    *tag = reader_u8(r);
    return reader_sub(r, ber_length(r));
}

/* The next value, which must have this tag. */
static inline struct reader ber_value(struct reader *r, uint8_t tag)
{
    if (reader_u8(r) != tag)
        reader_fail(r, "another tag was expected");
    return reader_sub(r, ber_length(r));
}

static inline struct span ber_octets(struct reader *r)
{
    struct reader value = ber_value(r, BER_OCTETS);
    return reader_rest(&value);
}

/* A whole number of at most four bytes that is not negative, under the given tag. */
static inline uint32_t ber_number(struct reader *r, uint8_t tag)
{
    struct reader value = ber_value(r, tag);
    size_t n = reader_left(&value);
    if (n == 0 || n > 4)
        reader_fail(r, "a number of no or too many bytes");
    uint32_t number = (uint32_t)reader_be(&value, n > 4 ? 0 : n);
    if (number > INT32_MAX)
        reader_fail(r, "a negative number");
    return reader_ok(r) ? number : 0;
}

#endif
