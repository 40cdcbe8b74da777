/* What the files of the ladder share; private to them. */
#ifndef AJAR_SWEEP_CLIMB_H
#define AJAR_SWEEP_CLIMB_H

#include "sweep/ladder.h"

/* Of LADDER_WHO_CONNECTIONS, so many are kept for the last rung: a guess may open more than one. */
enum { LADDER_LAST_CONNECTIONS = 1 };

/* One climb in one dress, plain or inside TLS. */
struct climber {
    const struct ladder *ladder;
    struct wire *wire;
    struct visit *visit;
    enum wire_dress dress;
    bool *tried; /* by index in the table of probes */
    bool tried_http;
    bool used;   /* the connection has seen a question */
    bool line_waits; /* what it answered to the line is unread */
    bool quiet;  /* a question met silence: nothing will come unasked */
    bool asked_own_hello;
    bool alert;  /* it answered in TLS what was no TLS */
    bool over;   /* it speaks, and nothing that we could go on with */
    bool web;    /* it answered the line as web servers do */
    bool everybody;  /* protocols that are asked at home only are guessed as well */
    unsigned silent; /* protocols that were asked and met silence */
    struct reactions seen; /* one bit each, 0 where it was not asked */
    struct span greeting;  /* what it said first that nobody recognised, in the arena */
    const char *greeting_to; /* the question: "connect", "line", "tls", "http"; NULL: it said nothing */
};

/* A connection that has seen no question of ours, in the dress of this climb. */
bool climb_fresh(struct climber *c);
/* So many hundredths of the time that is left, but no less than a moment and no more than one
 * answer's patience. */
int64_t climb_share(const struct climber *c, int64_t percent);
/* What grows with the patience that --timeout gives, and never shrinks. */
int64_t climb_scaled(const struct climber *c, int64_t ms);
/* Runs one probe on the connection at hand. True where the service is its own. */
bool climb_probe(struct climber *c, size_t index);
/* How the peer took the question that was just asked on this connection. */
enum reaction climb_reaction(const struct climber *c);
/* Keeps what was said first, if nothing was kept before. */
void climb_greeted(struct climber *c, const char *to, struct span said);

/* guess.c: asks the protocols that agree with what was seen, the best first, until one answers or
 * time or connections are used up. */
bool climb_guess(struct climber *c);

/* The same for who answered as a web server that nobody knows: protocols whose servers answer "GET /" as well. */
bool climb_guess_behind_http(struct climber *c);

/* climb_udp.c: the whole visit of an endpoint over UDP. */
void climb_udp(const struct ladder *l, struct wire *w, struct visit *v);

/* climb_tls.c: the rung of TLS. True where the climb ends here: the service was found inside, or
 * there was a handshake and nothing more to learn in clear. *c is then the climb inside. */
bool climb_tls(struct climber *c);
/* Our own ClientHello, for a server that hangs up on OpenSSL's, where nothing else was found. */
bool climb_tls_at_last(struct climber *c);
/* Whether that is yet to come. */
bool climb_tls_wants_last(const struct climber *c);
/* The rungs inside, in ladder.c. */
bool climb_inside_tls(struct climber *c);

/* unknown.c: the row of a service that nobody knows. */
void climb_state_unknown(const struct climber *c);

extern const struct ask LADDER_HANDSHAKE;

#endif
