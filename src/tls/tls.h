/* What a TLS handshake showed -> facts of a "certificate" observation. */
#ifndef AJAR_TLS_TLS_H
#define AJAR_TLS_TLS_H

#include "record/record.h"
#include "tls/chain.h"
#include "wire/wire.h"

/* Adds a KIND_TLS observation with the facts of the leaf certificate and of the session:
 * cert.subject, cert.issuer, cert.serial (text), cert.names (text, comma-joined DNS names and
 * addresses of subjectAltName; of more than 100 or 4096 bytes the first), cert.names.all (number; only
 * where not all are listed: how many there are), cert.not_before, cert.not_after (time), cert.key (text, "RSA 2048"),
 * cert.key_type, cert.key_bits (number), cert.signature (text), cert.spki_sha256, cert.sha256 (text,
 * hex), cert.self_signed, cert.ca (bool), cert.for_servers and its like (usage.h), cert.revoked
 * (revoked.h), cert.name_match (bool; only where a name was asked for or the certificate names
 * addresses), cert.chain_length (number), cert.chain and its like (see
 * tls_chain_state(); none without `trust`), tls.version, tls.cipher (text), tls.client_cert_asked (bool).
 * False where the chain is empty or the leaf does not parse. */
bool tls_observe(struct wire *w, const struct tls_trust *trust, struct visit *v);
/* The same for a handshake that is at hand. */
bool tls_state(struct visit *v, const struct wire_tls *tls, const struct tls_trust *trust, int64_t now_ms);

/* The observation of the certificate; NULL where the visit has none. */
struct observation *tls_certificate(const struct visit *v);

/* For servers that OpenSSL cannot shake hands with any more (SSLv3, RC4, export suites): opens a
 * new connection, says one ClientHello of its own and reads ServerHello, Certificate and
 * CertificateRequest, which travel in clear up to TLS 1.2 (RFC 5246 7.4). Adds the same observation,
 * with tls.version and tls.cipher as the server chose them. False where the peer shows no
 * certificate that way; *ret says in any case what it showed, an alert included. */
bool tls_observe_obsolete(struct wire *w, const struct tls_trust *trust, struct visit *v, struct wire_tls *ret);
/* Whether the server accepts, on a new connection, an offer of pre-shared keys only: then it wants one. */
bool tls_wants_psk(struct wire *w);
extern const char *const TLS_ASK_OBSOLETE, *const TLS_ASK_PSK; /* the names of what these two send */
/* What they send; NULL-ended. */
extern const struct ask *const TLS_ASKS[];

#endif
