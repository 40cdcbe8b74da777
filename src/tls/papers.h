/* The certificates of a handshake, each parsed once. To parse one takes as long as a quarter of a handshake, and an
 * estate shows few distinct ones: the last are kept. */
#ifndef AJAR_TLS_PAPERS_H
#define AJAR_TLS_PAPERS_H

#include <openssl/x509.h>

#include "tls/handshake.h"

/* What is kept, for all threads: at most 128 certificates of at most 8 KiB each. */
struct tls_keep;

struct tls_keep *tls_keep_new(void);
void tls_keep_free(struct tls_keep *k);

struct tls_papers {
    const struct wire_tls *tls;
    X509 *at[TLS_CHAIN_MAX]; /* as they were sent; NULL where one does not parse */
    bool self_signed;         /* the first: subject equals issuer, and its own key verifies its signature */
};

/* `k` may be NULL; `tls` outlives what is read. The caller frees it. */
void tls_papers_read(struct tls_keep *k, const struct wire_tls *tls, struct tls_papers *ret);
void tls_papers_free(struct tls_papers *p);

#endif
