/* What carries a conversation: a socket, TLS on that socket, or a tape. Private to the wire room
 * and to those who open wires (sweep, ajar probe, tests). */
#ifndef AJAR_WIRE_BACK_H
#define AJAR_WIRE_BACK_H

#include "wire/wire.h"

struct wire_back {
    /* Connects to the endpoint; WIRE_FINE or why not. */
    enum wire_fault (*connect)(struct wire_back *b, const struct endpoint *e, int64_t deadline_ms);
    /* Sends all of it. */
    enum wire_fault (*send)(struct wire_back *b, struct span s, int64_t deadline_ms);
    /* Receives at least one byte; *ret lies in memory of the back and is valid until its next
     * call or the fiber's next wait. */
    enum wire_fault (*recv)(struct wire_back *b, struct span *ret, int64_t deadline_ms);
    /* A TLS handshake on the running connection; the chain is copied into the arena. Where it fails,
     * *ret holds what was seen until then. WIRE_CLOSED, WIRE_RESET: without a byte of TLS. */
    enum wire_fault (*start_tls)(struct wire_back *b, const struct endpoint *e, struct arena *a,
                                 struct wire_tls *ret, int64_t deadline_ms);
    /* Closes the running connection, if any. */
    void (*close)(struct wire_back *b);
    int64_t (*now_ms)(struct wire_back *b); /* monotonic */
    /* Over UDP, send() and recv() carry one datagram each, and this is false at first: only what comes from the very
     * port that was asked is received. */
    bool any_port;
    int64_t trip_ms; /* a round trip, as the newest connection showed whose first packet was not lost; 0: not known */
};

struct wire_limits {
    int64_t connect_ms;   /* for a connection to be accepted */
    int64_t patience_ms;  /* for one answer */
    int64_t session_ms;   /* for the conversation, once the peer is known */
    size_t budget_bytes;  /* received in the whole visit */
    /* What a visit may cost the server that is known, finding out included; 0: WIRE_CONNECTIONS_MAX, and any bytes. */
    unsigned cost_connections; /* but WIRE_TALK_CONNECTIONS at least, where finding out took nearly all */
    size_t cost_bytes;         /* asked, with what TLS adds, by estimate */
};

/* What a scan gives each visit for so much patience (--timeout): the one place that says so, which
 * tests use as well. The conversation has 15 s, or five answers' time where that is longer. */
enum { WIRE_PATIENCE_MS = 3000, WIRE_SESSION_MS = 15000, WIRE_VISIT_BYTES = 4 << 20,
       WIRE_COST_CONNECTIONS = 12, WIRE_COST_BYTES = 16 << 10, WIRE_TALK_CONNECTIONS = 4 };
struct wire_limits wire_limits_for(int64_t patience_ms);

/* Told of every byte that leaves and arrives; for the transcript and for `ajar probe`. */
struct wire_ear {
    void (*sent)(void *self, const struct endpoint *e, const struct ask *a, struct span bytes);
    void (*received)(void *self, const struct endpoint *e, struct span bytes);
    /* Before every connection, over UDP before every datagram; may wait on the fiber, on no clock of the visit. */
    void (*opening)(void *self, const struct endpoint *e, bool first);
    void (*opened)(void *self, const struct endpoint *e, enum wire_dress dress, enum wire_fault f);
    void *self;
};

/* A wire that is not connected yet, in the arena; NULL where that is full. Everything passed must
 * outlive the wire. `ear` may be NULL, and so may its functions. */
struct wire *wire_new(struct arena *a, struct wire_back *back, const struct endpoint *e,
                      const struct wire_limits *limits, const struct clock *clock, const struct wire_ear *ear);
/* From now on asks of class ASK_SAMPLE may be sent: the owner of this endpoint has said so in the
 * scope file, and --sample was given. Without this call every such ask is WIRE_FORBIDDEN. */
void wire_permit_sample(struct wire *w);
/* Closes the connection and frees what is not in the arena. */
void wire_end(struct wire *w);
/* From now on, what is asked over UDP is sent so often at most, from 1 to WIRE_DATAGRAM_TRIES. */
void wire_tries(struct wire *w, unsigned most);
/* From now on, waits at most so long for one answer; wire_known() ends that. */
void wire_patience(struct wire *w, int64_t ms);
/* How many connections were opened so far. */
unsigned wire_connections(const struct wire *w);
/* And how many more may be. */
unsigned wire_connections_left(const struct wire *w);
const struct wire_limits *wire_limits_of(const struct wire *w);

/* A new wire is in conversation. From this call on it is finding out who the peer is: for `ms` from
 * now and with so many connections more, until wire_known(), also where time or connections are used up by now. */
void wire_identify(struct wire *w, int64_t ms, unsigned connections);
/* So many connections more than wire_identify() said, also where they are used up by now. */
void wire_allow(struct wire *w, unsigned connections);
/* It was not who it seemed to be: what wire_identify() allowed counts again, as if it had gone on. */
void wire_unknown(struct wire *w);
bool wire_is_known(const struct wire *w);
/* Milliseconds until the deadline of what runs now; never negative. */
int64_t wire_time_left(const struct wire *w);
/* What the peer said first on the newest connection, also after it was read; at most
 * WIRE_FIRST_BYTES. Valid until the next read or connection. */
enum { WIRE_FIRST_BYTES = 256 };
struct span wire_first(const struct wire *w);

#endif
