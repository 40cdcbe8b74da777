/* LDAPMessages (RFC 4511): one whole message, a result, the attributes of an entry. */
#ifndef AJAR_PROBE_LDAP_MESSAGE_H
#define AJAR_PROBE_LDAP_MESSAGE_H

#include "probe/ber.h"
#include "wire/wire.h"

enum {
    LD_LISTED_MAX = 64, /* values of one attribute that are looked at */

    LD_BIND_DONE = 0x61,
    LD_ENTRY = 0x64,
    LD_SEARCH_DONE = 0x65,
    LD_REFERRAL = 0x73,
    LD_EXTENDED_DONE = 0x78,
};

struct ld_message {
    uint32_t id;
    uint8_t op;
    struct span body;  /* of the operation */
    struct span whole; /* of the message, for evidence */
};

/* The next message. False, and the wire faulted, where there is none. */
bool ld_read(struct wire *w, struct ld_message *ret);

struct ld_result {
    uint32_t code;
    struct span text;
    struct span whole;
};

bool ld_result_parse(const struct ld_message *m, struct ld_result *ret);

/* The values of one attribute of an entry: a set of octet strings. */
struct ld_values {
    struct span at[LD_LISTED_MAX];
    size_t len;
};

/* SearchResultEntry: name, then attributes. False where it is malformed; an absent attribute
 * gives an empty list. Attribute names are compared without case (RFC 4512 section 2.5). */
bool ld_attribute(struct span entry, const char *name, struct ld_values *ret);
/* The first value, or an empty span. */
struct span ld_first(struct span entry, const char *name);
bool ld_lists(struct span entry, const char *name, const char *value);

#endif
