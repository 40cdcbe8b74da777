/* The connections of one visit: a socket back that waits as long as the way to the address takes, tries twice where
 * that is worth it, keeps the pace, and lets no delay of ours count against the peer. The first connection is made
 * before there is a wire, so that an address where nobody answers costs a socket and a page of stack. */
#ifndef AJAR_SWEEP_REACH_H
#define AJAR_SWEEP_REACH_H

#include <stdatomic.h>

#include "sweep/busy.h"
#include "sweep/memory.h"
#include "sweep/mute.h"
#include "sweep/pace.h"
#include "sweep/path.h"
#include "wire/socket.h"

/* What all visits of a sweep share. */
struct reach_shared {
    struct pacer *pacer;
    struct paths *paths;
    struct mutes *mutes;
    struct memory *memory;
    _Atomic uint64_t *connections; /* counts them */
};

struct reach {
    struct socket_back socket; /* first member: its `back` is what a wire gets */
    struct wire_back inner;    /* the socket's own functions */
    const struct reach_shared *shared;
    struct turn *turn;
    const struct endpoint *endpoint; /* the turn's */
    struct busy *busy; /* of its loop, where it is loopback; else NULL */
    struct busy_lease lease;
    bool has_answered; /* a single packet, before the visit */
    bool open; /* the first connection stands, and no wire has taken it yet */
    bool brief;      /* as long as nobody speaks: see mute.h */
    bool has_pass;   /* see memory.h */
    bool in_tls;     /* a handshake came to its end */
    int64_t begun_ms; /* when the first connection stood, by the conversation's clock; 0: never */
    size_t received; /* in the whole visit */
};

/* `turn` must outlive it. Where its endpoint is loopback a lease of `busy` is taken at once. */
void reach_init(struct reach *r, const struct reach_shared *shared, struct socket_thread *thread, struct busy *busy,
                struct turn *turn);
/* While nobody has spoken, a brief visit waits so long for an answer, and so many round trips. */
enum { REACH_BRIEF_MS = 300, REACH_BRIEF_TRIPS = 2 };

/* Makes the first connection, whose start the pacer has allowed. WIRE_FINE: a wire over r->socket.back, which must
 * follow, finds it open; its limits begin only now. Else why not; r->socket.error may tell more. */
enum wire_fault reach_first(struct reach *r);
/* Closes what is open, and lets go of what it held; after the wire's end. */
void reach_end(struct reach *r);
/* For wire_ear.opening: waits until the pacer allows one more connection, over UDP one more datagram. */
void reach_opening(struct reach *r, bool first);

#endif
