/* Messages that leave by HTTP or SMTP, to receivers that the owner named in watch.yaml. They are carried by
 * ajar-courier, a program of its own beside this one (src/courier): this one holds no such client. Blocks;
 * every call ends soon after its timeout. The room's own header. */
#ifndef AJAR_WATCH_COURIER_H
#define AJAR_WATCH_COURIER_H

#include "base/buf.h"
#include "watch/config.h"

enum { COURIER_ANSWER_MAX = 64 * 1024, COURIER_HEADERS_MAX = 40 };

struct courier_post {
    const char *url;
    const char *method; /* NULL: POST; GET has no body */
    const char *headers[COURIER_HEADERS_MAX]; /* "Name: value" */
    size_t header_count;
    struct span body;
    const char *ca_file; /* NULL: the machine's certificates */
    int64_t timeout_ms;
};

/* The status of the final answer, and at most COURIER_ANSWER_MAX bytes of its body appended to
 * `answer`. False and a sentence where there was none. */
bool courier_post(const struct courier_post *p, unsigned *ret_status, struct buf *answer, struct error *e);

/* What became of one recipient. */
enum courier_fate {
    FATE_OPEN,    /* not handed over; may be tried again */
    FATE_TAKEN,
    FATE_REFUSED, /* for good (RFC 5321 4.2.1: 5yz) */
};

struct courier_recipient {
    const char *address;
    enum courier_fate fate;
    unsigned code; /* what the relay answered, or 0 */
};

struct courier_mail {
    const struct host_port *relay;
    enum starttls starttls;
    const char *ehlo, *user, *from; /* user NULL: no login */
    struct span password;
    struct courier_recipient *to; /* those whose fate is FATE_OPEN are served */
    size_t to_count;
    struct span text; /* of RFC 5322, lines end in CRLF */
    const char *ca_file;
    int64_t timeout_ms;
};

/* Hands the mail to all whom the relay accepts, and fills their fates. False and a sentence where
 * nobody got it; *ret_begun says whether the relay was ready for a message at all. */
bool courier_mail(const struct courier_mail *m, bool *ret_begun, struct error *e);

#endif
