/* From a candidate to its marks: what a run of digits, a mix of capitals and digits, a dotted or
 * colon-separated address can be. Pure functions; the callers have cut the candidate out and made
 * sure that it is not part of a longer word. */
#ifndef AJAR_PII_TOKEN_H
#define AJAR_PII_TOKEN_H

#include "base/span.h"
#include "pii/types.h"

enum { COMPACT_MAX = 40, NUMBER_DIGITS_MAX = 19 };

/* A number without its separators. */
struct compact {
    uint8_t c[COMPACT_MAX];
    uint8_t n;       /* characters in c */
    uint32_t groups; /* lengths of the groups, a nibble each, first one highest; 0 = one group */
    bool plus;       /* a + stood in front */
};

/* What is the same for every value of a run. */
struct token_rules {
    int today; /* yyyymmdd: nobody is born later */
};

/* Digits only, 7 to NUMBER_DIGITS_MAX of them (the 18th may be X for a resident ID). */
void token_number(const struct token_rules *rules, const struct compact *number,
                  struct pii_marks *m);
/* Capitals and digits, 5 to COMPACT_MAX characters, at least one of each. */
void token_mixed(const struct token_rules *rules, const uint8_t *s, size_t n, struct pii_marks *m);

/* "a.b.c.d" at the front of s: its length, or 0. Marks only public addresses as passing. */
size_t token_ipv4(struct span s, struct pii_marks *m);
void token_octets(const uint8_t octet[4], struct pii_marks *m);
/* An IPv6 address as the whole of s. */
bool token_ipv6(struct span s, struct pii_marks *m);
/* Six pairs of hexadecimal digits with : or - between, the whole of s. */
bool token_mac(struct span s, struct pii_marks *m);
/* An e-mail address as the whole of s, its '@' at offset `at`. */
bool token_email(struct span s, size_t at, struct pii_marks *m);
/* Is this address one of an office, not of a person? Slow: for those that a sample keeps. */
bool token_is_role(struct span mailbox);

static inline bool is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

#endif
