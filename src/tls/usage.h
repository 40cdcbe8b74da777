/* What a certificate may be used for, and how tidy the chain is that it came in. */
#ifndef AJAR_TLS_USAGE_H
#define AJAR_TLS_USAGE_H

#include <openssl/x509.h>

#include "record/record.h"
#include "tls/papers.h"

/* Adds cert.for_servers (bool: its extended key usage lets it be a server's, RFC 5280 4.2.1.12), cert.signs (bool: its
 * key usage lets it sign, as all but RSA key exchange wants, 4.2.1.3), cert.scts (number: proofs of Certificate
 * Transparency inside it, RFC 6962 3.3) and cert.exponent (number, of RSA). */
void tls_usage_facts(struct observation *o, X509 *leaf);
/* Adds cert.chain.sent where the chain is not as RFC 5246 7.4.2 wants it, joined by commas: "out of order" (a
 * certificate is not its predecessor's issuer), "twice" (the same one), "root" (the root as well, which is a waste). */
void tls_sent_facts(struct observation *o, const struct tls_papers *p);

#endif
