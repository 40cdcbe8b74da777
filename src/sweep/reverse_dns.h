/* The few DNS messages that reverse names take (RFC 1035): a question for PTR, A or AAAA, and the
 * answer to exactly that question. Answers are hostile bytes: nothing is learned from one that is
 * not whole, does not answer what was asked, or holds a name that no host has. */
#ifndef AJAR_SWEEP_REVERSE_DNS_H
#define AJAR_SWEEP_REVERSE_DNS_H

#include "record/address.h"
#include "wire/ask.h"

enum {
    DNS_LABELS_MAX = 254,   /* bytes of a name on the wire, without the root's zero */
    DNS_MESSAGE_MAX = 1500, /* no EDNS is offered, so 512 would do */
    DNS_TEXT_MAX = 254,     /* a name as text, with its NUL */
    DNS_RECORDS_MAX = 64,   /* looked at in one answer */
    DNS_JUMPS_MAX = 16,     /* compression pointers in one name */
};

struct dns_question {
    const struct ask *ask; /* one of DNS_ASKS */
    uint16_t id, type;
    uint8_t labels[DNS_LABELS_MAX];
    size_t len;
};

extern const struct ask *const DNS_ASKS[]; /* NULL-ended */

/* "5.0.0.10.in-addr.arpa" and its like (RFC 1035 3.5, RFC 3596 2.5). */
void dns_ask_name(struct dns_question *q, uint16_t id, const struct address *a);
/* The addresses of a name, in the family of `a`. False where it is no host name. */
bool dns_ask_address(struct dns_question *q, uint16_t id, struct span name, const struct address *a);
/* The message; an empty span where the buffer is too small. */
struct span dns_message(const struct dns_question *q, uint8_t *buffer, size_t size);

struct dns_answer {
    char name[DNS_TEXT_MAX]; /* PTR: the first host name, in lower case; else "" */
    bool has_address;        /* A, AAAA: `wanted` is among them */
};

/* False: the message is no answer to this question, and another may still come. An answer that says
 * no, or was cut short, is true and holds nothing. `wanted` may be NULL. */
bool dns_read(const struct dns_question *q, struct span message, const struct address *wanted,
              struct dns_answer *ret);

#endif
