/* What `ajar` and `ajar-courier` say to each other: fields, one after the other, each a tag of one byte, a
 * length of four bytes (little-endian) and so many bytes. Plain data; the courier is a program of its own
 * so that nothing else holds an HTTP or SMTP client. */
#ifndef AJAR_COURIER_PARCEL_H
#define AJAR_COURIER_PARCEL_H

#include "base/buf.h"
#include "base/reader.h"

enum parcel_tag {
    /* An order, to the courier. */
    PARCEL_POST = 'p',      /* the URL: an HTTP POST, or: */
    PARCEL_METHOD = 'v',    /* "GET", "PATCH", "PUT" */
    PARCEL_MAIL = 'm',      /* smtp://HOST:PORT/EHLO or smtps: a mail */
    PARCEL_TIMEOUT = 't',   /* milliseconds, decimal */
    PARCEL_CA_FILE = 'a',
    PARCEL_HEADER = 'h',    /* "Name: value"; repeated */
    PARCEL_BODY = 'b',      /* also of the answer */
    PARCEL_TLS = 's',       /* "try", "must" or "never" */
    PARCEL_USER = 'u',
    PARCEL_PASSWORD = 'w',
    PARCEL_FROM = 'f',
    PARCEL_RECIPIENT = 'r', /* repeated; in a receipt "taken 250", "refused 550", "open 451", in the same order */
    /* A receipt, from the courier. */
    PARCEL_DONE = 'd',      /* there was an answer, or somebody got the mail */
    PARCEL_STATUS = 'c',    /* of HTTP, decimal */
    PARCEL_BEGUN = 'g',     /* the relay was ready for a message */
    PARCEL_WHY = 'y',       /* a sentence */
};

enum { PARCEL_BYTES_MAX = 32 << 20 };

void parcel_put(struct buf *out, enum parcel_tag tag, struct span value);
void parcel_put_number(struct buf *out, enum parcel_tag tag, uint64_t value);
/* The next field; false at the end, or where the bytes are no parcel (the reader's verdict tells). */
bool parcel_next(struct reader *r, uint8_t *ret_tag, struct span *ret_value);

#endif
