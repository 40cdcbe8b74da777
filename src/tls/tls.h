/* What a TLS handshake showed -> facts of a "certificate" observation. */
#ifndef AJAR_TLS_TLS_H
#define AJAR_TLS_TLS_H

#include "record/record.h"
#include "wire/wire.h"

/* Adds a KIND_TLS observation with the facts of the leaf certificate and of the session:
 * cert.subject, cert.issuer, cert.serial (text), cert.names (text, comma-joined DNS names and
 * addresses of subjectAltName), cert.not_before, cert.not_after (time), cert.key (text, "RSA 2048"),
 * cert.key_type, cert.key_bits (number), cert.signature (text), cert.spki_sha256, cert.sha256 (text,
 * hex), cert.self_signed, cert.ca (bool), cert.name_match (bool; only where a name was asked for or
 * the certificate names addresses), cert.chain_length (number), tls.version, tls.cipher (text),
 * tls.client_cert_asked (bool). False where the chain is empty or the leaf does not parse. */
bool tls_observe(struct wire *w, struct visit *v);

#endif
