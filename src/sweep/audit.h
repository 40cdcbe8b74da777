/* The TLS audit of a visited endpoint, by the way into TLS that the visit found. */
#ifndef AJAR_SWEEP_AUDIT_H
#define AJAR_SWEEP_AUDIT_H

#include "sweep/ladder.h"

enum { AUDIT_SESSION_MS = 30000, AUDIT_BYTES = 4 << 20, AUDIT_ARENA_MAX = 8 << 20 };

/* Those of a visit, with an audit's clock and budget: it is asked for by name, and opens a connection for each
 * hello. */
static inline struct wire_limits audit_limits(const struct wire_limits *of_visit)
{
    struct wire_limits l = *of_visit;
    l.session_ms = AUDIT_SESSION_MS;
    l.budget_bytes = AUDIT_BYTES;
    l.cost_connections = 0;
    l.cost_bytes = 0;
    return l;
}

/* Audits what the visit found: TLS from the first byte, TLS inside the product's protocol, or TLS that is answered
 * beside a plain conversation (fact tls.beside_plain). `dressed`: what wire_dressed() said of the visit's wire, which
 * has ended, since some servers talk to one client at a time; `w` is a new one to the same endpoint. What is learned
 * goes to the certificate's observation of the visit. */
void audit_visit(const struct ladder *l, bool dressed, struct wire *w, struct visit *v);

#endif
