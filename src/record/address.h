/* IPv4 and IPv6 addresses as plain data, and what kind of space an address lies in. */
#ifndef AJAR_RECORD_ADDRESS_H
#define AJAR_RECORD_ADDRESS_H

#include "base/span.h"

struct address {
    uint8_t family; /* 4 or 6; 0 = none */
    uint8_t bytes[16]; /* network order; the first 4 count for IPv4 */
};

/* Where an address lies (IANA special-purpose registries, RFC 6890 and its updates). */
enum address_class {
    ADDRESS_LOOPBACK,  /* 127/8, ::1 */
    ADDRESS_PRIVATE,   /* RFC 1918, 100.64/10, fc00::/7 */
    ADDRESS_PUBLIC,
    ADDRESS_FORBIDDEN, /* link-local, cloud metadata, multicast, reserved, documentation */
};

enum { ADDRESS_TEXT_MAX = 48 };

/* Reads "10.0.0.1", "2001:db8::1" (no brackets, no zone). IPv4-mapped IPv6 becomes IPv4. */
bool address_parse(struct span text, struct address *ret);
/* Canonical text (RFC 5952) into text[ADDRESS_TEXT_MAX]; returns text. */
char *address_text(const struct address *a, char text[static ADDRESS_TEXT_MAX]);
enum address_class address_class(const struct address *a);
/* "loopback", "private", "public", "forbidden". */
const char *address_class_name(enum address_class c);
/* For ADDRESS_FORBIDDEN: what the range is, such as "link-local (cloud metadata lives here)";
 * NULL for the other classes. */
const char *address_forbidden_why(const struct address *a);
/* The class of `a` (family 4 or 6), and the last address up to which all addresses from `a` on
 * have this class for the same reason. For walking a range class by class. */
enum address_class address_class_run(const struct address *a, struct address *ret_last);
/* <0, 0, >0 in (family, bytes) order. */
int address_compare(const struct address *a, const struct address *b);

#endif
