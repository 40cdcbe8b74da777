/* A distribution's bundle of authorities, of which only those are parsed that a chain asks for: their keys take longer
 * to read than a whole handshake. */
#ifndef AJAR_TLS_BUNDLE_H
#define AJAR_TLS_BUNDLE_H

#include <openssl/x509.h>
#include <stdbool.h>

struct tls_bundle;

/* Reads the PEM file `path` and lets `store` find in it by subject, from any thread. Revocation lists and certificates
 * with trust settings go into the store at once. The caller frees it after the store; NULL without memory. */
struct tls_bundle *tls_bundle_load(X509_STORE *store, const char *path);
void tls_bundle_free(struct tls_bundle *b);
/* Where nothing in it could be read. */
bool tls_bundle_is_empty(const struct tls_bundle *b);
/* Moves those into the store that are of one name with what it holds already, for which the store would not look. */
void tls_bundle_match(struct tls_bundle *b, X509_STORE *store);

#endif
