/* Whether a client that checks certificates can build a path from what a server sent to an authority that it trusts. */
#ifndef AJAR_TLS_CHAIN_H
#define AJAR_TLS_CHAIN_H

#include "base/error.h"
#include "record/record.h"
#include "tls/papers.h"

/* The authorities that are trusted; read once, then shared by threads. */
struct tls_trust;

/* Those of this system (SSL_CERT_FILE where it is set, else the bundle of the distribution), and those of `more`, a
 * file of PEM certificates and revocation lists, or NULL. An error where `more` holds none. Without a bundle, and
 * without `more`, nothing is trusted and tls_chain_state() states nothing. The caller frees it. */
struct tls_trust *tls_trust_load(const char *more, struct error *e);
void tls_trust_free(struct tls_trust *t);

/* Adds to a certificate's observation (RFC 5280 6.1; dates and names have facts of their own and do not count here):
 * cert.chain, one of "trusted", "self-signed", "own authority" (it ends at a root that nobody here knows), "incomplete"
 * (an issuer was not sent that the certificate says where to fetch), "unknown authority" (nor that) and "broken" (a
 * signature, or who may sign, is wrong); cert.chain.missing, the name of the issuer that was not there; cert.chain.why,
 * what is broken; cert.chain.expired, the name of a certificate above the leaf that is over. `t` may be NULL. */
void tls_chain_state(const struct tls_trust *t, const struct tls_papers *p, int64_t now_ms, struct observation *o);
/* The certificates that were parsed last; NULL where `t` is. */
struct tls_keep *tls_trust_keep(const struct tls_trust *t);

#endif
