/* Which questions one endpoint is asked, in which order. A port number is a hint and never a
 * proof: any product is recognised on any port.
 *
 *   1. What the port hints at, on a fresh connection each. Several share the time that is left.
 *   2. Silence: a server that speaks first identifies itself by its banner.
 *   3. The neutral line "PING\r\n": text protocols answer it with their own kind of error, TLS
 *      with an alert, HTTP with a 400. It harms none of them, and it keeps HTTP requests away
 *      from Redis, which logs them as an attack.
 *   4. TLS; then the same rungs inside, and on in clear where a certificate is asked for inside and the line met
 *      silence. At ports of TLS that is the first, and where it leads to nobody known at a port at which products
 *      speak HTTP in clear, that is asked as well.
 *   5. HTTP. Who answered the line as web servers do, and was silent to the request, is asked once more for as long as
 *      there is time: some make their first page when it is first asked for. Who hung up on the line and spoke in
 *      clear into the handshake is then waited for once more: it speaks first, and later than rung 2 waits.
 *   6. Binary protocols whose clients speak first: guesses. Every server has by now taken three
 *      questions that are not its own, with bytes, a close or silence; each probe declares how its
 *      servers take them (struct reactions). Those that agree with what was seen come first;
 *      inside TLS, of those that agree equally, the ones whose servers expect TLS.
 *   7. With `all_protocols`: all that are left, in the same order, those too that are asked at home only (.at_home).
 *
 * Over UDP (climb_udp.c) nothing is asked but what the port hints at; where it hints at nothing and the user named it
 * all the same, every protocol that moves is asked once.
 *
 * Finding out who it is has a clock of its own: LADDER_WHO_MS and LADDER_WHO_CONNECTIONS, however
 * many protocols there are. The patience of each rung is a share of what is left of it. The
 * conversation's clock begins when the peer is known. --timeout scales both up, never down. Who is
 * not found becomes a row all the same ("unknown"), which says what was said, how it took the
 * three questions, and which protocols were not asked. */
#ifndef AJAR_SWEEP_LADDER_H
#define AJAR_SWEEP_LADDER_H

#include "http/catalog.h"
#include "probe/probe.h"
#include "tls/chain.h"
#include "wire/back.h"

enum {
    LADDER_WHO_MS = 7800, /* from the first connection, for WIRE_PATIENCE_MS; 9.5 s at most where SYNs are lost */
    LADDER_WHO_CONNECTIONS = 8,
    LADDER_GUESSES = 3,   /* that are asked even where each meets silence */
    /* The seventh rung beside that, and how much silence ends it: */
    LADDER_ALL_MS = 30000,
    LADDER_ALL_CONNECTIONS = 40,
    LADDER_ALL_SILENT = 16,
};

struct ladder {
    const struct catalog *catalog;
    const struct probe *const *probes; /* NULL-ended */
    const struct tls_trust *trust; /* set after ladder_init(), or NULL: nothing is said of chains */
    bool leavings; /* set after ladder_init(): web servers are asked for all that may have been left behind */
    bool all_protocols; /* set after ladder_init(): the seventh rung is climbed */
    size_t probe_count;
    uint64_t http_ports[65536 / 64]; /* bit sets: ports that hint at HTTP, at TLS, at HTTP in clear */
    uint64_t tls_ports[65536 / 64];
    uint64_t clear_ports[65536 / 64];
};

/* Both tables must outlive the ladder, which may be shared by threads. */
void ladder_init(struct ladder *l, const struct catalog *catalog, const struct probe *const *probes);

/* Opens the wire, climbs, fills the visit: end, why, observations. Everything lies in v->arena.
 * True where the first connection got no answer and the second did: one was lost on the way. */
bool ladder_climb(const struct ladder *l, struct wire *w, struct visit *v);

/* What the ladder itself sends: "ladder.ping" and the TLS handshake; NULL-ended. */
extern const struct ask *const LADDER_ASKS[];

#endif
