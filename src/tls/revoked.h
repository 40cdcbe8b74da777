/* Whether a certificate was taken back: by a list that the user brings, or by the answer that the server itself staples
 * to its handshake. Nobody else is ever asked. */
#ifndef AJAR_TLS_REVOKED_H
#define AJAR_TLS_REVOKED_H

#include <openssl/x509.h>

#include "record/record.h"

/* By the revocation lists (RFC 5280 5): adds cert.revoked (bool) and, where it is, cert.revoked_at (time).
 * Nothing is said where no list is its issuer's; a list whose next is due already does not prove any more that it
 * holds. */
void tls_revoked_by_list(const STACK_OF(X509_CRL) *lists, X509 *leaf, int64_t now_ms, struct observation *o);
/* By a CertificateStatus (RFC 6066 8): adds tls.stapled_says, "good", "revoked", "unknown", "out of date", "another
 * certificate" or "unreadable", and what tls_revoked_by_list() does where it says good or revoked. */
void tls_revoked_by_staple(struct span leaf_der, struct span status, int64_t now_ms, struct observation *o,
                           const char *ask);

#endif
