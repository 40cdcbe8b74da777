/* Addresses as plain data. The table of special ranges is the one place that knows what space an
 * address lies in; text is read and written by hand because both happen for every endpoint.
 *
 * Invariant: an address of family 4 never comes out of here in its IPv6-mapped form. */
#include "record/address.h"

#include "base/hex.h"

typedef unsigned __int128 u128; /* the one integer that a whole IPv6 address fits in */

/* One block of special-purpose space. Narrower blocks stand before the wider ones that hold
 * them, so that the first hit is the most specific. */
struct block {
    uint64_t high, low; /* v4: the address in the low 32 bits of `low` */
    uint8_t bits;
    enum address_class class;
    const char *why;
};

#define V4(a, b, c, d) 0, ((uint64_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define V6(a, b, c, d) ((uint64_t)(a) << 48 | (uint64_t)(b) << 32 | (uint64_t)(c) << 16 | (d)), 0

static const char METADATA[] = "a cloud metadata service";
static const char DOCUMENTATION[] = "documentation space (RFC 5737, RFC 3849, RFC 9637)";

/* IANA IPv4 special-purpose registry (RFC 6890), and the addresses at which clouds serve
 * credentials to whoever asks. */
static const struct block BLOCKS_V4[] = {
    { V4(100, 100, 100, 200), 32, ADDRESS_FORBIDDEN, METADATA }, /* Alibaba Cloud */
    { V4(168, 63, 129, 16), 32, ADDRESS_FORBIDDEN, METADATA },   /* Azure WireServer */
    { V4(0, 0, 0, 0), 8, ADDRESS_FORBIDDEN, "\"this network\" (RFC 1122)" },
    { V4(10, 0, 0, 0), 8, ADDRESS_PRIVATE, NULL },
    { V4(100, 64, 0, 0), 10, ADDRESS_PRIVATE, NULL },
    { V4(127, 0, 0, 0), 8, ADDRESS_LOOPBACK, NULL },
    { V4(169, 254, 0, 0), 16, ADDRESS_FORBIDDEN, "link-local (cloud metadata lives here)" },
    { V4(172, 16, 0, 0), 12, ADDRESS_PRIVATE, NULL },
    { V4(192, 0, 0, 0), 24, ADDRESS_FORBIDDEN, "IETF protocol assignments (RFC 6890)" },
    { V4(192, 0, 2, 0), 24, ADDRESS_FORBIDDEN, DOCUMENTATION },
    { V4(192, 88, 99, 0), 24, ADDRESS_FORBIDDEN, "6to4 relay anycast (RFC 7526)" },
    { V4(192, 168, 0, 0), 16, ADDRESS_PRIVATE, NULL },
    { V4(198, 18, 0, 0), 15, ADDRESS_FORBIDDEN, "benchmarking space (RFC 2544)" },
    { V4(198, 51, 100, 0), 24, ADDRESS_FORBIDDEN, DOCUMENTATION },
    { V4(203, 0, 113, 0), 24, ADDRESS_FORBIDDEN, DOCUMENTATION },
    { V4(224, 0, 0, 0), 4, ADDRESS_FORBIDDEN, "multicast" },
    { V4(240, 0, 0, 0), 4, ADDRESS_FORBIDDEN, "reserved or broadcast" },
};

/* IANA IPv6 special-purpose registry (RFC 6890 and its updates). */
static const struct block BLOCKS_V6[] = {
    { 0, 1, 128, ADDRESS_LOOPBACK, NULL },
    { 0xfd00ull << 48 | 0x0ec2ull << 32, 0x254, 128, ADDRESS_FORBIDDEN, METADATA }, /* AWS */
    { 0xfd20ull << 48 | 0x00ceull << 32, 0x254, 128, ADDRESS_FORBIDDEN, METADATA }, /* Google */
    { 0, 0xffffull << 32, 96, ADDRESS_FORBIDDEN, "IPv4-mapped: write the IPv4 address" },
    { 0, 0, 96, ADDRESS_FORBIDDEN, "unspecified or IPv4-compatible (RFC 4291)" },
    { V6(0x64, 0xff9b, 0, 0), 96, ADDRESS_FORBIDDEN, "IPv4/IPv6 translation (RFC 6052)" },
    { V6(0x64, 0xff9b, 1, 0), 48, ADDRESS_FORBIDDEN, "IPv4/IPv6 translation (RFC 8215)" },
    { V6(0x100, 0, 0, 0), 64, ADDRESS_FORBIDDEN, "discard-only (RFC 6666)" },
    { V6(0x2001, 0xdb8, 0, 0), 32, ADDRESS_FORBIDDEN, DOCUMENTATION },
    { V6(0x2001, 0, 0, 0), 32, ADDRESS_FORBIDDEN, "Teredo (RFC 4380)" },
    { V6(0x2001, 0, 0, 0), 23, ADDRESS_FORBIDDEN, "IETF protocol assignments (RFC 2928)" },
    { V6(0x2002, 0, 0, 0), 16, ADDRESS_FORBIDDEN, "6to4 (RFC 3056)" },
    { V6(0x3fff, 0, 0, 0), 20, ADDRESS_FORBIDDEN, DOCUMENTATION },
    { V6(0x5f00, 0, 0, 0), 16, ADDRESS_FORBIDDEN, "segment routing identifiers (RFC 9602)" },
    { V6(0xfc00, 0, 0, 0), 7, ADDRESS_PRIVATE, NULL },
    { V6(0xfe80, 0, 0, 0), 10, ADDRESS_FORBIDDEN, "link-local" },
    { V6(0xfec0, 0, 0, 0), 10, ADDRESS_FORBIDDEN, "site-local (RFC 3879)" },
    { V6(0xff00, 0, 0, 0), 8, ADDRESS_FORBIDDEN, "multicast" },
};

struct blocks {
    const struct block *at;
    size_t len;
    unsigned width; /* bits of an address */
};

static struct blocks blocks_of(const struct address *a)
{
    if (a->family == 4)
        return (struct blocks){ BLOCKS_V4, sizeof(BLOCKS_V4) / sizeof(BLOCKS_V4[0]), 32 };
    return (struct blocks){ BLOCKS_V6, sizeof(BLOCKS_V6) / sizeof(BLOCKS_V6[0]), 128 };
}

static u128 value_of(const struct address *a)
{
    u128 v = 0;
    for (size_t i = 0; i < (a->family == 4 ? 4u : 16u); i++)
        v = v << 8 | a->bytes[i];
    return v;
}

static u128 block_first(const struct block *b)
{
    return (u128)b->high << 64 | b->low;
}

static u128 block_last(const struct block *b, unsigned width)
{
    unsigned host = width - b->bits;
    return block_first(b) | (host == 128 ? ~(u128)0 : ((u128)1 << host) - 1);
}

static const struct block *block_of(const struct address *a)
{
    struct blocks all = blocks_of(a);
    u128 v = value_of(a);
    for (size_t i = 0; i < all.len; i++)
        if (v >= block_first(&all.at[i]) && v <= block_last(&all.at[i], all.width))
            return &all.at[i];
    return NULL;
}

enum address_class address_class(const struct address *a)
{
    if (a->family != 4 && a->family != 6)
        return ADDRESS_FORBIDDEN;
    const struct block *b = block_of(a);
    return b ? b->class : ADDRESS_PUBLIC;
}

const char *address_forbidden_why(const struct address *a)
{
    if (a->family != 4 && a->family != 6)
        return "no address";
    const struct block *b = block_of(a);
    return b ? b->why : NULL;
}

enum address_class address_class_run(const struct address *a, struct address *ret_last)
{
    struct blocks all = blocks_of(a);
    const struct block *in = block_of(a);
    u128 v = value_of(a);
    u128 last = in ? block_last(in, all.width) : all.width == 32 ? UINT32_MAX : ~(u128)0;
    for (size_t i = 0; i < all.len; i++) {
        u128 first = block_first(&all.at[i]);
        if (first > v && first <= last)
            last = first - 1;
    }
    *ret_last = (struct address){ .family = a->family };
    for (size_t n = all.width / 8; n > 0; n--, last >>= 8)
        ret_last->bytes[n - 1] = (uint8_t)last;
    return in ? in->class : ADDRESS_PUBLIC;
}

const char *address_class_name(enum address_class c)
{
    switch (c) {
    case ADDRESS_LOOPBACK: return "loopback";
    case ADDRESS_PRIVATE: return "private";
    case ADDRESS_PUBLIC: return "public";
    case ADDRESS_FORBIDDEN: return "forbidden";
    }
    return "forbidden";
}

int address_compare(const struct address *a, const struct address *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : a->family == 6 ? 16 : 0);
}

/* Dotted decimal, four parts, no leading zeros: "010" is 8 to some resolvers and 10 to others. */
static bool parse_v4(struct span text, uint8_t ret[static 4])
{
    if (text.len < 7 || text.len > 15 || text.at[text.len - 1] == '.')
        return false;
    for (int i = 0; i < 4; i++) {
        struct span part = span_cut(&text, '.');
        uint64_t value;
        if (part.len > 3 || (part.len > 1 && part.at[0] == '0') || !span_u64(part, 255, &value))
            return false;
        ret[i] = (uint8_t)value;
    }
    return text.len == 0;
}

/* One to four hex digits at *at; moves past them. */
static bool parse_group(struct span text, size_t *at, uint8_t ret[static 2])
{
    unsigned value = 0;
    size_t n = 0;
    while (*at + n < text.len && n < 4 && hex_is_digit(text.at[*at + n]))
        value = value << 4 | (unsigned)hex_value(text.at[*at + n++]);
    ret[0] = (uint8_t)(value >> 8);
    ret[1] = (uint8_t)value;
    *at += n;
    return n > 0;
}

/* RFC 4291 2.2: groups, one "::", an IPv4 address as the last two groups. */
static bool parse_v6(struct span text, uint8_t ret[static 16])
{
    uint8_t bytes[16] = { 0 };
    size_t at = 0, len = 0, gap = SIZE_MAX;
    if (text.len < 2 || text.len > 45)
        return false;
    if (span_starts(text, SPAN("::"))) {
        gap = 0;
        at = 2;
    }
    while (at < text.len) {
        struct span rest = span_from(text, at);
        if (len <= 12 && span_index(rest, ':') == rest.len && parse_v4(rest, bytes + len)) {
            len += 4;
            at = text.len;
            break;
        }
        if (len > 14 || !parse_group(text, &at, bytes + len))
            return false;
        len += 2;
        if (at == text.len)
            break;
        if (text.at[at++] != ':' || at == text.len)
            return false;
        if (text.at[at] != ':')
            continue;
        if (gap != SIZE_MAX)
            return false;
        gap = len;
        at++;
    }
    if (gap == SIZE_MAX ? len != 16 : len > 14)
        return false;
    if (gap == SIZE_MAX)
        gap = len;
    memset(ret, 0, 16);
    memcpy(ret, bytes, gap);
    memcpy(ret + 16 - (len - gap), bytes + gap, len - gap);
    return true;
}

bool address_parse(struct span text, struct address *ret)
{
    static const uint8_t MAPPED[12] = { [10] = 0xff, [11] = 0xff };
    struct address a = { .family = 4 };
    if (!parse_v4(text, a.bytes)) {
        a = (struct address){ .family = 6 };
        if (!parse_v6(text, a.bytes))
            return false;
        if (memcmp(a.bytes, MAPPED, sizeof(MAPPED)) == 0) {
            struct address v4 = { .family = 4 };
            memcpy(v4.bytes, a.bytes + 12, 4);
            a = v4;
        }
    }
    *ret = a;
    return true;
}

static char *put_decimal(char *at, unsigned value)
{
    char digits[10];
    size_t n = sizeof(digits);
    do
        digits[--n] = (char)('0' + value % 10);
    while (value /= 10);
    memcpy(at, digits + n, sizeof(digits) - n);
    return at + sizeof(digits) - n;
}

static char *put_v4(char *at, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        if (i)
            *at++ = '.';
        at = put_decimal(at, bytes[i]);
    }
    return at;
}

static char *put_group(char *at, unsigned value)
{
    for (int shift = 12; shift >= 0; shift -= 4)
        if (value >> shift || shift == 0)
            *at++ = HEX_DIGITS[value >> shift & 15];
    return at;
}

/* RFC 5952: lower case, no leading zeros, the longest (first) run of two or more zero groups as
 * "::". */
static char *put_v6(char *at, const uint8_t *bytes)
{
    unsigned group[8];
    int best = -1, best_len = 1;
    for (int i = 0; i < 8; i++)
        group[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && group[i + n] == 0)
            n++;
        if (n > best_len) {
            best = i;
            best_len = n;
        }
        i += n;
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            *at++ = ':';
            *at++ = ':';
            i += best_len - 1;
            continue;
        }
        if (i && i != best + (best < 0 ? 0 : best_len))
            *at++ = ':';
        at = put_group(at, group[i]);
    }
    return at;
}

char *address_text(const struct address *a, char text[static ADDRESS_TEXT_MAX])
{
    char *end = text;
    if (a->family == 4)
        end = put_v4(text, a->bytes);
    else if (a->family == 6)
        end = put_v6(text, a->bytes);
    else
        *end++ = '-';
    *end = '\0';
    return text;
}
