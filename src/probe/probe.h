/* A probe knows one wire protocol: who it is, which version, whether it is open, what it counts.
 * One file a protocol, ending in one const descriptor; probes.def lists them. */
#ifndef AJAR_PROBE_PROBE_H
#define AJAR_PROBE_PROBE_H

#include "record/record.h"
#include "wire/wire.h"

enum { PROBE_PORTS_MAX = 8, PROBE_ASKS_MAX = 32, PROBE_PRODUCTS_MAX = 8 };

/* How servers of a protocol take a question of another one. Sets, since versions and settings
 * differ; 0 where nobody has looked. Recorded from real servers by tools/record-reactions. Whether
 * one closes or resets tells how much it reads before it hangs up; but middleboxes turn one into
 * the other, so that the difference is weighed less than any other. */
enum reaction { REACT_BYTES = 1, REACT_CLOSE = 2, REACT_RESET = 4, REACT_SILENCE = 8,
                REACT_HANGUP = REACT_CLOSE | REACT_RESET };

struct reactions {
    uint8_t line; /* to "PING\r\n" */
    uint8_t tls;  /* to a ClientHello; bytes that are no TLS */
    uint8_t http; /* to "GET / HTTP/1.1" and its fields */
};

struct probe {
    const char *name;                             /* "redis": also the file's name */
    const char *title;                            /* "Redis, Valkey, KeyDB, Dragonfly" */
    const char *products[PROBE_PRODUCTS_MAX + 1]; /* product words it can state, NULL-ended */
    enum kind kind;
    enum transport transport;                     /* that it speaks over; who is known over both has two probes */
    uint16_t ports[PROBE_PORTS_MAX + 1];          /* usual ports, 0-ended: a hint, never a proof */
    uint16_t tls_ports[PROBE_PORTS_MAX + 1];      /* usual ports with TLS from the first byte */
    bool peer_first;                              /* the peer speaks first. This and what follows up to .rank is of
                                                     no use over UDP, but for .at_home */
    bool takes_line;                              /* its first question is the line that the ladder asks, word for word:
                                                     run() goes on where an answer to it waits (wire_asked()) */
    bool at_home;                                 /* asked on its own ports only: it takes the three questions as many
                                                     others do, and its servers hardly ever move */
    struct reactions reacts;                      /* of no use where the peer speaks first */
    struct reactions reacts_too;                  /* of another server of the protocol; all zero: there is none */
    uint16_t rank;                                /* how common those are that no first bytes tell, 1 to 100: the
                                                     order of guesses that agree equally well with what was seen */
    const char *proof;                            /* what open rests on, one clause */
    const char *counts;                           /* what is counted, one clause */
    const struct ask *asks[PROBE_ASKS_MAX + 1];   /* all it can send, NULL-ended */

    /* Whether these are the first bytes of this protocol: a banner that came unasked, or the
     * answer to the line "PING\r\n" (the ladder's neutral question) or to "GET /". What it does not
     * recognise is not its own where .reacts says that it answers. NULL: never by first bytes. */
    bool (*recognises)(struct span first);

    /* The conversation, on a fresh connection (unread banner bytes may wait). Up to its second
     * question it has a few seconds at most, then a clock of its own (wire_known()). Fills the product,
     * outcome, facts and counts of *o; o->kind is set by the caller and may be changed. Returns
     * OUTCOME_NOT_MINE where the peer speaks another protocol: then *o is thrown away. Facts are
     * stated only from messages that parsed well. Ends politely. */
    enum outcome (*run)(struct wire *w, struct observation *o);

    /* Takes a fresh connection to where a ClientHello belongs, by the protocol's own way (STARTTLS and its like). False
     * where the server offers none. NULL: the protocol has no such way. */
    bool (*upgrade)(struct wire *w);
};

/* All probes in the order of probes.def, NULL-ended. */
extern const struct probe *const PROBES[];
const struct probe *probe_by_name(struct span name);

#endif
