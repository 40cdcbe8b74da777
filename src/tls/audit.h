/* What a server's TLS accepts: versions, weak suites, key exchange, extensions, names. One connection a question, about
 * 19 for a server of today and at most 37 for one that accepts everything; every question is a ClientHello of hellos.h,
 * and we hang up at what is answered in clear. Nothing that touches a peer's memory or keys. */
#ifndef AJAR_TLS_AUDIT_H
#define AJAR_TLS_AUDIT_H

#include "record/record.h"
#include "tls/chain.h"
#include "wire/wire.h"

/* Takes a fresh connection to where a ClientHello belongs (STARTTLS and its like). False where none is offered. */
typedef bool tls_upgrade_fn(struct wire *w);

/* Adds to the certificate's observation, or makes one where only this way there is one: tls.versions ("TLSv1,TLSv1.2"),
 * tls.weak (classes of weak suites that are accepted, "rc4,3des"; "none"), tls.forward_secrecy ("always", "sometimes",
 * "never"), tls.aead, tls.cbc (bool), tls.alpn (text: the protocol that it chose, "none", "refused"),
 * tls.sha1_signatures, tls.compression, tls.secure_renegotiation, tls.fallback_signal, tls.master_secret,
 * tls.encrypt_then_mac, tls.heartbeat, tls.stapled (bool), tls.stapled_says (revoked.h), tls.dh_bits (number),
 * tls.group, tls.post_quantum (text: the hybrid that it chose, or "none"), tls.preference ("server", "client"),
 * tls.nameless, tls.wrong_name ("same certificate", "another certificate", "refused"), tls.unanswered (number, only
 * where a question met silence: what it asked is then not stated). doc/facts.md has their meaning.
 * `upgrade` may be NULL: TLS from the first byte. False where no question was accepted at all. */
bool tls_audit(struct wire *w, tls_upgrade_fn *upgrade, const struct tls_trust *trust, struct visit *v);
/* Whether TLS is answered from the first byte, by two questions: TLS 1.2 and 1.3. */
bool tls_speaks(struct wire *w);

#endif
