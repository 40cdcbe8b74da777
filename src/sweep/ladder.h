/* Which questions one endpoint is asked, in which order. A port number is a hint and never a
 * proof: any product is recognised on any port.
 *
 *   1. What the port hints at, on a fresh connection each.
 *   2. Silence: a server that speaks first identifies itself by its banner.
 *   3. The neutral line "PING\r\n": text protocols answer it with their own kind of error, TLS
 *      with an alert, HTTP with a 400. It harms none of them, and it keeps HTTP requests away
 *      from Redis, which logs them as an attack.
 *   4. TLS; then the same rungs inside.
 *   5. HTTP.
 *   6. Binary protocols whose clients speak first. */
#ifndef AJAR_SWEEP_LADDER_H
#define AJAR_SWEEP_LADDER_H

#include "http/catalog.h"
#include "probe/probe.h"
#include "wire/back.h"

struct ladder {
    const struct catalog *catalog;
    uint64_t http_ports[65536 / 64]; /* bit sets: ports that hint at HTTP, at TLS */
    uint64_t tls_ports[65536 / 64];
};

void ladder_init(struct ladder *l, const struct catalog *catalog);

/* Opens the wire, climbs, fills the visit: end, why, observations. Everything lies in v->arena.
 * True where the first connection got no answer and the second did: one was lost on the way. */
bool ladder_climb(const struct ladder *l, struct wire *w, struct visit *v);

/* What the ladder itself sends: "ladder.ping" and the TLS handshake; NULL-ended. */
extern const struct ask *const LADDER_ASKS[];

#endif
